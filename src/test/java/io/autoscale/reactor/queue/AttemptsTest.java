package io.autoscale.reactor.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.Hopeless;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class AttemptsTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T12:00:00.123Z"), ZoneOffset.UTC);

    private final Attempts attempts = new Attempts(4, Duration.ofSeconds(30), () -> false, CLOCK);

    @Test
    void eachFurtherAttemptFollowsAfterFourTimesTheDelay() {
        Failed failure = new Failed("no");

        assertThat(attempts.next(null, failure)).isEqualTo(new Attempts.Next(true, 1, 30_000));
        assertThat(attempts.next(1, failure)).isEqualTo(new Attempts.Next(true, 2, 120_000));
        assertThat(attempts.next(2, failure)).isEqualTo(new Attempts.Next(true, 3, 480_000));
    }

    @Test
    void theLastAttemptIsFollowedByNone() {
        assertThat(attempts.next(3, new Failed("no")).again()).isFalse();
        assertThat(attempts.next(3, new Failed("no")).attempts()).isEqualTo(4);
    }

    @Test
    void whatIsHopelessOrUnreadableIsNotTriedAgain() {
        assertThat(attempts.next(null, new Hopeless("no")).again()).isFalse();
        assertThat(attempts.next(null, new Unreadable("no", null)).again()).isFalse();
    }

    @Test
    void manyAttemptsHaveNoDelayWithoutBounds() {
        Attempts many = new Attempts(100, Duration.ofDays(1), () -> false, CLOCK);

        assertThat(many.next(98, new Failed("no")).delay()).isPositive();
    }

    @Test
    void aStopOfTheReactorCountsAsNoAttempt() {
        Attempts stopping = new Attempts(4, Duration.ofSeconds(30), () -> true, CLOCK);

        assertThatThrownBy(() -> stopping.next(null, new Failed("no"))).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void aFailureIsDescribedInOneBoundedLine() {
        assertThat(attempts.describe(new Failed(" one\r\ntwo\u0007 "))).isEqualTo("one two");
        assertThat(attempts.describe(new Failed("x".repeat(5_000))))
                .hasSize(2_004)
                .endsWith(" ...");
        assertThat(attempts.describe(new IllegalStateException())).isEqualTo("IllegalStateException");
    }

    @Test
    void nowIsSaidInSeconds() {
        assertThat(attempts.now()).isEqualTo("2026-11-22T12:00:00Z");
    }
}
