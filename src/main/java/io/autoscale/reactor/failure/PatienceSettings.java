package io.autoscale.reactor.failure;

import java.time.Duration;

/**
 * How long the same step is tried again before the attempt counts as failed.
 *
 * @param instance until an instance runs and has an address
 * @param ssh until its SSH server can be talked to
 * @param minion until its key is on the Salt master, and until its minion answers
 * @param outage until a system around us answers again; after that the work waits on its queue, and the outage is told
 */
public record PatienceSettings(Duration instance, Duration ssh, Duration minion, Duration outage) {}
