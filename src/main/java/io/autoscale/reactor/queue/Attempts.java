package io.autoscale.reactor.queue;

import io.autoscale.reactor.failure.Cause;
import io.autoscale.reactor.failure.ClaimLost;
import io.autoscale.reactor.failure.Hopeless;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;

/** Decides whether failed work is tried again, and when. */
public final class Attempts {

    private static final int GROWTH = 4;

    private final int most;
    private final Duration firstDelay;
    private final BooleanSupplier stopping;
    private final Clock clock;

    /**
     * @param most attempts in all
     * @param firstDelay before the second attempt; four times as long before each further one
     * @param stopping whether the reactor is stopping
     */
    public Attempts(int most, Duration firstDelay, BooleanSupplier stopping, Clock clock) {
        this.most = most;
        this.firstDelay = firstDelay;
        this.stopping = stopping;
        this.clock = clock;
    }

    /**
     * What follows from a failed attempt.
     *
     * @param again whether it is tried again
     * @param attempts how many have failed now
     * @param delay milliseconds until the next one
     */
    public record Next(boolean again, int attempts, long delay) {}

    /**
     * Counts a failed attempt.
     *
     * @throws RejectedExecutionException if the reactor is stopping, or the instance is no longer in hand: what was
     *     interrupted by that is no failed attempt, and the message goes back where it was
     */
    public Next next(
            @Variable("attempt") Integer failedBefore, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception caught) {
        if (stopping.getAsBoolean()) {
            throw new RejectedExecutionException("The reactor is stopping; the work in hand goes back on its queue.");
        }
        Exception failure = Cause.of(caught);
        if (failure instanceof ClaimLost) {
            throw new RejectedExecutionException(failure);
        }
        int failed = (failedBefore == null ? 0 : failedBefore) + 1;
        boolean hopeless = failure instanceof Hopeless || failure instanceof Unreadable;
        return new Next(!hopeless && failed < most, failed, delay(failed).toMillis());
    }

    /** What failed, in one line. */
    public String describe(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception caught) {
        Exception failure = Cause.of(caught);
        String text = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() > 2_000 ? line.substring(0, 2_000) + " ..." : line;
    }

    /** Now, as parked messages say it. */
    public String now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private Duration delay(int failed) {
        return firstDelay.multipliedBy((long) Math.pow(GROWTH, Math.min(failed - 1, 10)));
    }
}
