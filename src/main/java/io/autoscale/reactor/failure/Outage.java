package io.autoscale.reactor.failure;

/** A system around us does not answer, or answers that it cannot now; the same call is made again later. */
public class Outage extends Exception {

    private static final long serialVersionUID = 1L;

    public Outage(String message) {
        super(message);
    }

    public Outage(String message, Throwable cause) {
        super(message, cause);
    }
}
