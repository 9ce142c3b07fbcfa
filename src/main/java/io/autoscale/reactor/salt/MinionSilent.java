package io.autoscale.reactor.salt;

import io.autoscale.reactor.failure.NotYet;

/** The minion does not answer yet. */
public final class MinionSilent extends NotYet {

    private static final long serialVersionUID = 1L;

    MinionSilent(String message) {
        super(message);
    }
}
