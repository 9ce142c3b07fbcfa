package io.autoscale.reactor.ec2;

import io.autoscale.reactor.failure.NotYet;

/** The instance does not run yet, or has no address yet. */
public final class InstanceNotReady extends NotYet {

    private static final long serialVersionUID = 1L;

    InstanceNotReady(String message) {
        super(message);
    }
}
