package io.autoscale.reactor;

import java.util.List;

/** Settings are missing or malformed, so the reactor does not start; the message lists all of them. */
public final class InvalidSettings extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    InvalidSettings(List<String> problems) {
        super("The settings are not complete (application.properties, environment or -D):"
                + System.lineSeparator() + "  - "
                + String.join(System.lineSeparator() + "  - ", problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
