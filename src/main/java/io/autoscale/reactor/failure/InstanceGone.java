package io.autoscale.reactor.failure;

/** The instance is gone or going, so there is nothing left to do for it; not an error. */
public class InstanceGone extends Exception {

    private static final long serialVersionUID = 1L;

    public InstanceGone(String message) {
        super(message);
    }

    public InstanceGone(String message, Throwable cause) {
        super(message, cause);
    }
}
