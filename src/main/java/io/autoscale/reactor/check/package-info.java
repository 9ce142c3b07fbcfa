/**
 * {@code bin/reactor check}: tries the settings, the routes and each outside system without changing anything, and says what
 * is wrong and how to mend it.
 */
package io.autoscale.reactor.check;
