package io.autoscale.reactor.queue;

import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Lets the reactor's own headers cross a queue, and nothing else: whatever a foreign producer puts on a message, a header
 * such as {@code CAmelHttpUri} (CVE-2026-40453) never reaches a route, nor does an {@code attempt} that is no number.
 */
final class OwnHeaders implements HeaderFilterStrategy {

    private static final Set<String> OWN = Set.of(
            Headers.ATTEMPT,
            Headers.LAUNCH_ATTEMPTS,
            Headers.CHECKS,
            Headers.FAILURE,
            Headers.FAILURE_KIND,
            Headers.FAILED_AT,
            Headers.DUPLICATE_ID);

    private static final Set<String> NUMBERS = Set.of(Headers.ATTEMPT, Headers.LAUNCH_ATTEMPTS, Headers.CHECKS);

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return !OWN.contains(name);
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return !OWN.contains(name)
                || name.equals(Headers.DUPLICATE_ID)
                || NUMBERS.contains(name) != (value instanceof Integer);
    }
}
