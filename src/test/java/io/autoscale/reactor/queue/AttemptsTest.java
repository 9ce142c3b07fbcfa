package io.autoscale.reactor.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.Hopeless;
import io.autoscale.reactor.failure.Outage;
import io.autoscale.reactor.failure.Outages;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class AttemptsTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T12:00:00.123Z"), ZoneOffset.UTC);

    private static final Outages OUTAGES = new Outages(Duration.ofMinutes(5), CLOCK);

    private final Attempts attempts = new Attempts(4, Duration.ofSeconds(30), () -> false, OUTAGES, CLOCK);

    @Test
    void eachFurtherAttemptFollowsAfterFourTimesTheDelay() {
        Failed failure = new Failed("no");

        assertThat(attempts.next(null, failure, null)).isEqualTo(new Attempts.Next(true, false, 1, 30_000));
        assertThat(attempts.next(1, failure, null)).isEqualTo(new Attempts.Next(true, false, 2, 120_000));
        assertThat(attempts.next(2, failure, null)).isEqualTo(new Attempts.Next(true, false, 3, 480_000));
    }

    @Test
    void theLastAttemptIsFollowedByNone() {
        assertThat(attempts.next(3, new Failed("no"), null).again()).isFalse();
        assertThat(attempts.next(3, new Failed("no"), null).attempts()).isEqualTo(4);
    }

    @Test
    void whatIsHopelessOrUnreadableIsNotTriedAgain() {
        assertThat(attempts.next(null, new Hopeless("no"), null).again()).isFalse();
        assertThat(attempts.next(null, new Unreadable("no", null), null).again())
                .isFalse();
    }

    @Test
    void anOutageThatGoesOnIsNoAttemptHoweverOftenItIsMet() {
        Outage outage = new Outage("salt-api", "away");

        assertThat(attempts.next(2, outage, CLOCK.instant())).isEqualTo(new Attempts.Next(true, true, 2, 30_000));
        assertThat(attempts.next(3, outage, CLOCK.instant())).isEqualTo(new Attempts.Next(true, true, 3, 30_000));
    }

    @Test
    void anOutageOfASystemThatAnswersOthersMeanwhileIsAFailedAttempt() {
        Outages outages = new Outages(Duration.ofMinutes(5), CLOCK);
        outages.answered("salt-api");
        Attempts some = new Attempts(4, Duration.ofSeconds(30), () -> false, outages, CLOCK);

        Outage outage = new Outage("salt-api", "503 for this id alone");
        assertThat(some.next(null, outage, CLOCK.instant().minusSeconds(300)))
                .isEqualTo(new Attempts.Next(true, false, 1, 30_000));
        assertThat(some.next(null, new Outage("EC2", "away"), CLOCK.instant().minusSeconds(300)))
                .isEqualTo(new Attempts.Next(true, true, 0, 30_000));
    }

    @Test
    void manyAttemptsHaveNoDelayWithoutBounds() {
        Attempts many = new Attempts(100, Duration.ofDays(1), () -> false, OUTAGES, CLOCK);

        assertThat(many.next(98, new Failed("no"), null).delay()).isPositive();
    }

    @Test
    void aStopOfTheReactorCountsAsNoAttempt() {
        Attempts stopping = new Attempts(4, Duration.ofSeconds(30), () -> true, OUTAGES, CLOCK);

        assertThatThrownBy(() -> stopping.next(null, new Failed("no"), null))
                .isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void aFailureIsDescribedInOneBoundedLine() {
        assertThat(attempts.describe(new Failed(" one\r\ntwo\u0007 "))).isEqualTo("one two");
        assertThat(attempts.describe(new Failed("x".repeat(5_000))))
                .hasSize(2_003)
                .endsWith("...");
        assertThat(attempts.describe(new IllegalStateException())).isEqualTo("IllegalStateException");
    }

    @Test
    void nowIsSaidInSeconds() {
        assertThat(attempts.now()).isEqualTo("2026-11-22T12:00:00Z");
    }
}
