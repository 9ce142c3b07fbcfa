/** The commands of {@code bin/reactor} in Karaf's shell. */
package io.autoscale.reactor.karaf.shell;
