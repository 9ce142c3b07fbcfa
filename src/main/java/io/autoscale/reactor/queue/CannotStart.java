package io.autoscale.reactor.queue;

/** The embedded broker does not start with its data as they are; nothing of them was changed. */
public final class CannotStart extends Exception {

    private static final long serialVersionUID = 1L;

    CannotStart(String message) {
        super(message);
    }

    CannotStart(String message, Throwable cause) {
        super(message, cause);
    }
}
