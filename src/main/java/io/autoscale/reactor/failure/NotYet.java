package io.autoscale.reactor.failure;

/** Something that will probably be so in a while is not so yet; waiting for it is no failed attempt. How often and how long each kind is asked again stands in {@code routes/errors.camel.yaml}. */
public abstract class NotYet extends Exception {

    private static final long serialVersionUID = 1L;

    public NotYet(String message) {
        super(message);
    }

    public NotYet(String message, Throwable cause) {
        super(message, cause);
    }
}
