package io.autoscale.reactor.sns;

/**
 * We cannot verify or finish a delivery at the moment, by no fault of who sent it: it is answered with 503, and SNS comes
 * again.
 */
public class Unverifiable extends Exception {

    private static final long serialVersionUID = 1L;

    public Unverifiable(String message) {
        super(message);
    }

    public Unverifiable(String message, Throwable cause) {
        super(message, cause);
    }
}
