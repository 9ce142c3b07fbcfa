/** What happened to an instance: the types that every other package speaks of. */
package io.autoscale.reactor.event;
