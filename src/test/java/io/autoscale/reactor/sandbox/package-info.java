/** {@code mvn -q -Psandbox}: the whole program on a laptop. */
package io.autoscale.reactor.sandbox;
