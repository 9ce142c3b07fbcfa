package io.autoscale.reactor.failure;

import io.autoscale.reactor.event.Foreign;
import org.apache.camel.CamelException;
import org.apache.camel.RuntimeCamelException;

/** Finds what a step failed of in what Camel has wrapped around it. */
public final class Cause {

    private static final int MOST = 2_000;

    private Cause() {}

    /**
     * The failure that is meant: the outermost that is not Camel's own, as a bean that is called as an expression fails
     * with a wrapper. Camel's {@code @ExchangeException} gives the innermost instead, which for an {@link Outage} is the
     * exception that it explains.
     */
    public static Exception of(Exception caught) {
        Exception failure = caught;
        while (isCamels(failure) && failure.getCause() instanceof Exception cause) {
            failure = cause;
        }
        return failure;
    }

    /** What failed, in one bounded line without control characters, as some of it comes from outside. */
    public static String inOneLine(Exception failure) {
        String text = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        return Foreign.line(text, MOST);
    }

    private static boolean isCamels(Exception failure) {
        return failure instanceof CamelException || failure instanceof RuntimeCamelException;
    }
}
