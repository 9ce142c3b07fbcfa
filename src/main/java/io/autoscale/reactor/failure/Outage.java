package io.autoscale.reactor.failure;

import java.util.Objects;

/**
 * A system around us does not answer, or answers that it cannot now. No fault of the work that meets it: the same call is
 * made again later, however long that takes.
 */
public class Outage extends Exception {

    private static final long serialVersionUID = 1L;

    private final String system;

    /** @param system whose outage it is, as people call it */
    public Outage(String system, String message) {
        this(system, message, null);
    }

    /** @param system whose outage it is, as people call it */
    public Outage(String system, String message, Throwable cause) {
        super(message, cause);
        this.system = Objects.requireNonNull(system, "system");
    }

    public String system() {
        return system;
    }
}
