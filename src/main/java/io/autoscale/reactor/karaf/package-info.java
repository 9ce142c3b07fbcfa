/** The reactor as a bundle of Apache Karaf: where it lives there, and how it starts and stops. */
package io.autoscale.reactor.karaf;
