/** The durable queues: an Artemis broker, embedded or elsewhere, and how routes read and write it. */
package io.autoscale.reactor.queue;
