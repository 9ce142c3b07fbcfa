package io.autoscale.reactor.failure;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/**
 * Says how long the same step is tried again in place, before the attempt counts as failed, or before work that met an
 * {@link Outage} goes back on its queue: all the limits are in this one place, the delays between two tries in the
 * redelivery policy beside it.
 */
public final class Patience {

    /** The property of an exchange that says since when it has been waiting for the end of an {@link Outage}. */
    public static final String WAITING_FOR_OUTAGE = "waiting-since-Outage";

    private final Map<Class<? extends Exception>, Duration> limits;
    private final Outages outages;
    private final Clock clock;

    public Patience(Map<Class<? extends Exception>, Duration> limits, Outages outages, Clock clock) {
        this.limits = Map.copyOf(limits);
        this.outages = outages;
        this.clock = clock;
    }

    /** Whether there is time left for another try, counted from the first failure of this kind in this attempt. */
    public boolean isLeft(Exchange exchange, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception caught) {
        Exception failure = Cause.of(caught);
        if (failure instanceof Outage outage) {
            outages.met(outage);
        }
        // A property, as retryWhile hands over a copy of the exchange and takes back its properties, but not its
        // variables.
        String property = "waiting-since-" + failure.getClass().getSimpleName();
        Instant since = exchange.getProperty(property, Instant.class);
        if (since == null) {
            since = clock.instant();
            exchange.setProperty(property, since);
        }
        return clock.instant().isBefore(since.plus(limits.getOrDefault(failure.getClass(), Duration.ZERO)));
    }
}
