package io.autoscale.reactor.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoscale.reactor.standin.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MailPaceTest {

    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private final SettableClock clock = new SettableClock();

    @Test
    void theFirstMailsOfAStormComeAfterPausesThatDouble() {
        assertThat(minutes(mailsOfAStorm(new MailPace(Duration.ofMinutes(1), 100, clock), Duration.ofMinutes(50))))
                .containsExactly(0L, 1L, 3L, 7L, 15L, 30L, 45L);
    }

    @Test
    void noHourHasMoreMailsThanItsLimit() {
        List<Instant> mails = mailsOfAStorm(new MailPace(Duration.ofSeconds(1), 6, clock), DAY);

        assertThat(mails).hasSize(24 * 6);
        for (int n = 6; n < mails.size(); n++) {
            assertThat(mails.get(n)).isAfterOrEqualTo(mails.get(n - 6).plus(HOUR));
        }
    }

    @Test
    void withoutAPauseOnlyTheLimitHoldsMailsBack() {
        assertThat(minutes(mailsOfAStorm(new MailPace(Duration.ZERO, 2, clock), Duration.ofMinutes(70))))
                .containsExactly(0L, 0L, 60L, 60L);
    }

    @Test
    void anHourWithoutAMailMakesTheNextOneDueAtOnce() throws TooSoon {
        MailPace pace = new MailPace(Duration.ofMinutes(1), 12, clock);
        mailsOfAStorm(pace, HOUR);

        clock.advance(HOUR);
        pace.checkDue();
        pace.mailed();

        clock.advance(Duration.ofSeconds(59));
        assertThatThrownBy(pace::checkDue).isInstanceOf(TooSoon.class).hasMessageContaining("1 in the last hour");
        clock.advance(Duration.ofSeconds(1));
        pace.checkDue();
    }

    @Test
    void aClockThatIsSetBackHoldsNoMailBack() throws TooSoon {
        MailPace pace = new MailPace(Duration.ofMinutes(1), 12, clock);
        pace.mailed();

        clock.advance(Duration.ofHours(-3));

        pace.checkDue();
    }

    @Test
    void noMailIsPutOffForLongerThanIsWaitedFor() {
        for (int perHour : new int[] {1, 2, 12, 1_000}) {
            Instant last = clock.instant();
            for (Instant mail : mailsOfAStorm(new MailPace(MailPace.LONGEST_PAUSE, perHour, clock), DAY)) {
                assertThat(Duration.between(last, mail)).isLessThan(MailPace.LONGEST_WAIT);
                last = mail;
            }
        }
    }

    /** When mails go that are asked for without end. */
    private List<Instant> mailsOfAStorm(MailPace pace, Duration length) {
        List<Instant> mails = new ArrayList<>();
        Instant end = clock.instant().plus(length);
        while (clock.instant().isBefore(end)) {
            try {
                pace.checkDue();
                pace.mailed();
                mails.add(clock.instant());
            } catch (TooSoon e) {
                clock.advance(Duration.ofSeconds(1));
            }
        }
        return mails;
    }

    private static List<Long> minutes(List<Instant> mails) {
        return mails.stream()
                .map(mail -> Duration.between(SettableClock.NOON, mail).toMinutes())
                .toList();
    }
}
