package io.autoscale.reactor.salt;

import io.autoscale.reactor.failure.Failed;

/** salt-api does not let the reactor's user call a function. */
public final class NotPermitted extends Failed {

    private static final long serialVersionUID = 1L;

    NotPermitted(String message) {
        super(message);
    }
}
