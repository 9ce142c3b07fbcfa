package io.autoscale.reactor.failure;

/** The work failed in a way that another attempt cannot mend; a person has to look. */
public class Hopeless extends Failed {

    private static final long serialVersionUID = 1L;

    public Hopeless(String message) {
        super(message);
    }

    public Hopeless(String message, Throwable cause) {
        super(message, cause);
    }

    /** One word for what it is, where a route or a notice asks for it. */
    public String kind() {
        return "hopeless";
    }
}
