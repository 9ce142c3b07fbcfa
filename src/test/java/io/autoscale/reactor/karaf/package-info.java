/** The bundle in a real Karaf. */
package io.autoscale.reactor.karaf;
