package io.autoscale.reactor.sns;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.mail.Notice;
import io.autoscale.reactor.standin.SettableClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RefusalsTest {

    private final SettableClock clock = new SettableClock();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Refusals refusals = new Refusals(meters, clock);

    @Test
    void aRefusalSaysWhichDeliveryAndWhyAndWhatFollows() {
        Refusal refusal = refusals.refuse(
                new Rejected(
                        403,
                        "the signature does not match its certificate",
                        RunningWebhook.TOPIC,
                        "95df01b4-ee98-5cb9-9903-4c221d41eb5e"),
                null);
        assertThat(refusal.status()).isEqualTo(403);
        assertThat(refusal.text())
                .isEqualTo("Refused delivery 95df01b4: the signature does not match its certificate."
                        + " Nothing was stored.\n");
        assertThat(refusal.notice()).hasValueSatisfying(notice -> assertThat(notice.text())
                .contains(RunningWebhook.TOPIC, "95df01b4-ee98-5cb9-9903-4c221d41eb5e", "403"));
    }

    @Test
    void whatADeliveryClaimsIsRepeatedOnlyIfItLooksRight() {
        Refusal refusal = refusals.refuse(new Rejected(403, "why", "x\r\ny", "a\r\nb"), null);
        assertThat(refusal.text()).isEqualTo("Refused a delivery: why. Nothing was stored.\n");
        assertThat(refusal.notice().map(Notice::text))
                .hasValueSatisfying(text -> assertThat(text).doesNotContain("x\r", "a\r"));
        assertThat(refusals.refuse(new Rejected(403, "why", "", "-a"), null).text())
                .isEqualTo("Refused a delivery: why. Nothing was stored.\n");
    }

    @Test
    void aFaultOfOursIsToldWithItsCauseButNotToTheSender() {
        Refusal refusal = refusals.refuse(new IllegalStateException("disk\nfull"), "95df01b4-ee98");
        assertThat(refusal.status()).isEqualTo(503);
        assertThat(refusal.text())
                .isEqualTo("Put off delivery 95df01b4: it could not be stored. SNS delivers it again.\n");
        assertThat(refusal.notice().map(Notice::text))
                .hasValueSatisfying(text -> assertThat(text).contains("disk full"));
    }

    @Test
    void aFloodLeadsToOneNoticeInTenMinutesThatCountsTheRest() {
        assertThat(forged()).isPresent();
        for (int i = 0; i < 1000; i++) {
            assertThat(forged()).isEmpty();
        }
        clock.advance(Duration.ofMinutes(10));
        assertThat(forged())
                .hasValueSatisfying(notice -> assertThat(notice.text()).contains("1000 more"));
        assertThat(meters.counter(Refusals.COUNTER, "status", "403").count()).isEqualTo(1002);
    }

    @Test
    void aFloodOfForgeriesDoesNotHideAGenuineMessageThatIsNotUnderstood() {
        assertThat(forged()).isPresent();
        assertThat(refusals.turnAway(400, "not UTF-8").notice()).isPresent();
        assertThat(refusals.turnAway(400, "not UTF-8").notice()).isEmpty();
        Envelope envelope = new Envelope(
                Envelope.Type.NOTIFICATION, "id", RunningWebhook.TOPIC, "", clock.instant(), "2", "", "", "", "");
        assertThat(refusals.refuse(Rejected.notUnderstood("why", envelope), null)
                        .notice())
                .isPresent();
    }

    @Test
    void startingAndStoppingIsCountedAndNotTold() {
        assertThat(refusals.notReady().notice()).isEmpty();
        assertThat(meters.counter(Refusals.COUNTER, "status", "503").count()).isEqualTo(1);
    }

    private Optional<Notice> forged() {
        return refusals.turnAway(403, "forged").notice();
    }
}
