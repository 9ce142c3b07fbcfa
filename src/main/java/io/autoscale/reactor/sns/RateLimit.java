package io.autoscale.reactor.sns;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/** Lets so many occurrences through in a period, and counts those that it holds back. */
final class RateLimit {

    private final int allowed;
    private final Duration period;
    private final Clock clock;

    private Instant start = Instant.MIN;
    private int through;
    private long heldBack;

    RateLimit(int allowed, Duration period, Clock clock) {
        this.allowed = allowed;
        this.period = period;
        this.clock = clock;
    }

    /** How many were held back since the last one that was let through; empty if this one is held back, too. */
    synchronized OptionalLong pass() {
        Instant now = clock.instant();
        if (start.equals(Instant.MIN) || !now.isBefore(start.plus(period))) {
            start = now;
            through = 0;
        }
        if (through == allowed) {
            heldBack++;
            return OptionalLong.empty();
        }
        through++;
        long missed = heldBack;
        heldBack = 0;
        return OptionalLong.of(missed);
    }
}
