package io.autoscale.reactor.queue;

/** The headers that messages have on the queues, beside a body that is always JSON text. */
public final class Headers {

    /** How many attempts at the work have failed so far; absent for none. */
    public static final String ATTEMPT = "attempt";

    /** How many attempts at a launch failed before it was given up; on give-ups, where {@link #ATTEMPT} counts its own. */
    public static final String LAUNCH_ATTEMPTS = "launchAttempts";

    /** How often a termination has been looked at and was not over; absent for never. */
    public static final String CHECKS = "checks";

    /** What failed, in one sentence; on give-ups and parked messages. */
    public static final String FAILURE = "failure";

    /** One word for what failed, as {@code Hopeless} says it; on give-ups. */
    public static final String FAILURE_KIND = "failureKind";

    /** When it failed for good, ISO-8601; on parked messages. */
    public static final String FAILED_AT = "failedAt";

    /** The SNS MessageId: Artemis stores a message with a known one only once. */
    public static final String DUPLICATE_ID = "_AMQ_DUPL_ID";

    private Headers() {}
}
