package io.autoscale.reactor.failure;

/** An attempt at the work failed; it is tried again from its beginning, up to the number of attempts. */
public class Failed extends Exception {

    private static final long serialVersionUID = 1L;

    public Failed(String message) {
        super(message);
    }

    public Failed(String message, Throwable cause) {
        super(message, cause);
    }
}
