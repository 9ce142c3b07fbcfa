package io.autoscale.reactor.salt;

import io.autoscale.reactor.failure.NotYet;

/** The key that the instance showed is not accepted on the Salt master yet. */
public final class KeyNotAccepted extends NotYet {

    private static final long serialVersionUID = 1L;

    KeyNotAccepted(String message) {
        super(message);
    }
}
