package io.autoscale.reactor.failure;

import io.autoscale.reactor.event.InstanceId;

/** The broker gave the instance free while it was in hand; its message is back on the queue, so this is no failed attempt. */
public final class ClaimLost extends Exception {

    private static final long serialVersionUID = 1L;

    public ClaimLost(InstanceId instance) {
        super(instance + " was let go, as the connection to the broker broke; its message goes back on the queue.");
    }
}
