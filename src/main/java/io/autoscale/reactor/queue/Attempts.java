package io.autoscale.reactor.queue;

import io.autoscale.reactor.failure.Cause;
import io.autoscale.reactor.failure.ClaimLost;
import io.autoscale.reactor.failure.Hopeless;
import io.autoscale.reactor.failure.Outage;
import io.autoscale.reactor.failure.Outages;
import io.autoscale.reactor.failure.Patience;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;

/** Decides whether work that could not be done is tried again, and when. */
public final class Attempts {

    private static final int GROWTH = 4;

    private final int most;
    private final Duration firstDelay;
    private final BooleanSupplier stopping;
    private final Outages outages;
    private final Clock clock;

    /**
     * @param most attempts in all
     * @param firstDelay before the second attempt; four times as long before each further one
     * @param stopping whether the reactor is stopping
     * @param outages which systems around us are away
     */
    public Attempts(int most, Duration firstDelay, BooleanSupplier stopping, Outages outages, Clock clock) {
        this.most = most;
        this.firstDelay = firstDelay;
        this.stopping = stopping;
        this.outages = outages;
        this.clock = clock;
    }

    /**
     * What follows from an attempt that came to nothing.
     *
     * @param again whether it is tried again
     * @param outage whether it met an outage, which is no failure
     * @param attempts how many have failed now
     * @param delay milliseconds until the next one
     */
    public record Next(boolean again, boolean outage, int attempts, long delay) {}

    /**
     * Counts an attempt that failed. One that met an {@link Outage} that goes on has not: it is made again without end, and
     * not counted.
     *
     * @throws RejectedExecutionException if the reactor is stopping, or the instance is no longer in hand: what was
     *     interrupted by that is no failed attempt, and the message goes back where it was. What is {@link Hopeless} was not
     *     interrupted, and must not be tried again after a restart either
     */
    public Next next(
            @Variable("attempt") Integer failedBefore,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception caught,
            @ExchangeProperty(Patience.WAITING_FOR_OUTAGE) Instant waitingSince) {
        Exception failure = Cause.of(caught);
        if (!(failure instanceof Hopeless)) {
            checkNotStopping();
        }
        if (failure instanceof ClaimLost) {
            throw new RejectedExecutionException(failure);
        }
        int before = failedBefore == null ? 0 : failedBefore;
        if (failure instanceof Outage outage && waitingSince != null && outages.isAwaySince(outage, waitingSince)) {
            return new Next(true, true, before, firstDelay.toMillis());
        }
        int failed = before + 1;
        boolean hopeless = failure instanceof Hopeless || failure instanceof Unreadable;
        return new Next(!hopeless && failed < most, false, failed, delay(failed).toMillis());
    }

    /** @throws RejectedExecutionException if the reactor is stopping, so that what is in hand goes back where it was */
    public void checkNotStopping() {
        if (stopping.getAsBoolean()) {
            throw new RejectedExecutionException("The reactor is stopping; the work in hand goes back on its queue.");
        }
    }

    /** What failed, in one line. */
    public String describe(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception caught) {
        return Cause.inOneLine(Cause.of(caught));
    }

    /** One word for a failure that is {@link Hopeless}; empty text for any other. */
    public String kind(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception caught) {
        return Cause.of(caught) instanceof Hopeless hopeless ? hopeless.kind() : "";
    }

    /** Now, as parked messages say it. */
    public String now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private Duration delay(int failed) {
        return firstDelay.multipliedBy((long) Math.pow(GROWTH, Math.min(failed - 1, 10)));
    }
}
