package io.autoscale.reactor.failure;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/**
 * Says how long the same step is tried again before the attempt counts as failed: all the limits are in this one place, the
 * delays between two tries in the redelivery policy beside it.
 */
public final class Patience {

    private final Map<Class<? extends Exception>, Duration> limits;
    private final Clock clock;

    public Patience(Map<Class<? extends Exception>, Duration> limits, Clock clock) {
        this.limits = Map.copyOf(limits);
        this.clock = clock;
    }

    /** Whether there is time left for another try, counted from the first failure of this kind in this attempt. */
    public boolean isLeft(Exchange exchange, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception caught) {
        Exception failure = Cause.of(caught);
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
