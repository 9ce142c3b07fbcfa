/**
 * The proof that nothing is lost: the packaged program as a process of its own, among real SSH servers and stand-ins that
 * fail, under a schedule of events, faults and kills that a seed decides.
 */
package io.autoscale.reactor.chaos;
