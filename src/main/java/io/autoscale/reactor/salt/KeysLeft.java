package io.autoscale.reactor.salt;

import io.autoscale.reactor.failure.NotYet;

/** Keys that were deleted stand on the Salt master again: their minions asked anew at that moment. */
public final class KeysLeft extends NotYet {

    private static final long serialVersionUID = 1L;

    KeysLeft(String message) {
        super(message);
    }
}
