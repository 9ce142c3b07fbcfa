package io.autoscale.reactor.queue;

/** Nothing can be stored at the moment, so that it was not even tried. */
public final class CannotStore extends Exception {

    private static final long serialVersionUID = 1L;

    CannotStore(String message) {
        super(message);
    }
}
