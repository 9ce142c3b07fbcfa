/**
 * Every system around the reactor goes away and comes back, and the whole program recovers without a hand and without a
 * false notice. {@code docs/operations/reliability.md} lists these tests; each fails without the retry or the time limit that
 * it is about.
 */
package io.autoscale.reactor.outages;
