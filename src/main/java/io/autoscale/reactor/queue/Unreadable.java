package io.autoscale.reactor.queue;

/** A message on a queue is not what the reactor puts there: an older version's, or a foreign producer's. */
public final class Unreadable extends Exception {

    private static final long serialVersionUID = 1L;

    Unreadable(String message, Throwable cause) {
        super(message, cause);
    }
}
