package io.autoscale.reactor.mail;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.mail.Digests.Batch;
import io.autoscale.reactor.mail.Digests.Mail;
import io.autoscale.reactor.queue.Json;
import io.autoscale.reactor.queue.Waiting;
import io.autoscale.reactor.standin.SettableClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DigestsTest {

    private static final String PREFIX = "EC2 autoscale reactor";

    private final ObjectMapper mapper =
            new ObjectMapper().registerModule(new Jdk8Module()).registerModule(new JavaTimeModule());
    private final Digests digests = new Digests(
            new MailSettings(
                    Optional.of("mail.example.org"),
                    587,
                    Optional.empty(),
                    Optional.empty(),
                    "reactor@example.org",
                    List.of("admin@example.org"),
                    PREFIX,
                    MailSettings.Tls.STARTTLS,
                    Duration.ofMinutes(1),
                    12,
                    Optional.empty()),
            new Json(mapper));

    @Test
    void oneNoticeIsMailedAsItIs() {
        Notice notice = notice(1, "bootstrap failed " + id(1) + " (group web)", "What to do: look.");

        Mail mail = compose(notice);

        assertThat(mail.subject()).isEqualTo(PREFIX + ": bootstrap failed " + id(1) + " (group web)");
        assertThat(mail.text()).isEqualTo("What to do: look.");
    }

    @Test
    void everyOneOfFiveHundredIsInSomeMailInALineAndInFull() {
        Deque<Waiting.Message> queue = new ArrayDeque<>(IntStream.range(0, 500)
                .mapToObj(n -> notice(n, "bootstrap failed " + id(n) + " (group web)", "Instance: " + id(n) + "\n"))
                .map(this::message)
                .toList());
        Waiting waiting = new Waiting(() -> Optional.ofNullable(queue.poll()), 200, 256 * 1024);

        List<Mail> mails = new ArrayList<>();
        while (!queue.isEmpty()) {
            mails.add(digests.compose(digests.read(waiting.take(queue.poll().body(), null, null))));
        }

        assertThat(mails).hasSize(3);
        assertThat(mails.get(0).subject()).isEqualTo(PREFIX + ": 200 notices: 200 gave-up");
        List<String> lines = mails.stream().flatMap(mail -> mail.text().lines()).toList();
        assertThat(IntStream.range(0, 500).mapToObj(DigestsTest::id)).allSatisfy(id -> assertThat(lines)
                .containsOnlyOnce("2026-11-22T12:00:00Z  bootstrap failed " + id + " (group web)")
                .containsOnlyOnce("    Instance: " + id));
    }

    @Test
    void longNoticesShareAMailOnlyUntilItIsLongEnough() {
        Deque<Waiting.Message> queue = new ArrayDeque<>(IntStream.range(0, 5)
                .mapToObj(n -> message(notice(n, "subject", "x".repeat(400))))
                .toList());

        Waiting waiting = new Waiting(() -> Optional.ofNullable(queue.poll()), 200, 1_000);

        assertThat(waiting.take(queue.poll().body(), null, null)).hasSize(2);
        assertThat(queue).hasSize(3);
    }

    @Test
    void aDigestCountsTheKinds() {
        Mail mail = compose(of("gave-up", "a"), of("announced", "b"), of("gave-up", "c"), of("refused", "d"));

        assertThat(mail.subject()).isEqualTo(PREFIX + ": 4 notices: 2 gave-up, 1 announced, 1 refused");
        assertThat(mail.text()).contains("bin/reactor parked", "bin/reactor replay");
    }

    @Test
    void aLineNamesInstanceAndGroupThoughTheSubjectDoesNot() {
        assertThat(compose(notice(7, "look", "text"), of("refused", "d")).text().lines())
                .contains("2026-11-22T12:00:00Z  look " + id(7) + " (group web)");
    }

    @Test
    void hostileTextStaysOneLineAndLooksLikeNoOther() {
        String hostile = "evil\r\n2026-11-22T12:00:00Z  forged " + id(9) + "\u2028\u0085\u202e\n-- 1 of 9: forged";
        Notice notice = new Notice(hostile, hostile, "text\n" + hostile, Optional.empty(), hostile, SettableClock.NOON);

        Mail mail = compose(notice, notice);

        assertThat(mail.subject()).doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");
        assertThat(mail.text().lines())
                .noneMatch(line -> line.startsWith("2026-11-22T12:00:00Z  forged") || line.startsWith("-- 1 of 9"));
    }

    @Test
    void aLineIsBoundedAndNamesTheInstanceAllTheSame() {
        assertThat(compose(notice(1, "x".repeat(100_000), "text"), notice(2, "y", "text"))
                        .text()
                        .lines())
                .allMatch(line -> line.length() < 500)
                .anyMatch(line -> line.startsWith("2026") && line.contains(id(1)));
    }

    @Test
    void whatIsNoNoticeHurtsNoOther() {
        Batch batch = digests.read(List.of(
                new Waiting.Message("", 0, 0),
                message(of("gave-up", "a")),
                new Waiting.Message("null", 0, 0),
                new Waiting.Message("{\"kind\":\"gave-up\"}", 0, 0),
                message(of("gave-up", "b"))));

        assertThat(batch.notices())
                .extracting(stored -> stored.notice().subject())
                .containsExactly("a", "b");
        assertThat(batch.unreadable()).containsExactly("", "null", "{\"kind\":\"gave-up\"}");
    }

    private Mail compose(Notice... notices) {
        return digests.compose(
                digests.read(List.of(notices).stream().map(this::message).toList()));
    }

    private Waiting.Message message(Notice notice) {
        try {
            return new Waiting.Message(mapper.writeValueAsString(notice), 0, 0);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Notice notice(int number, String subject, String text) {
        return new Notice(
                "gave-up",
                PREFIX + ": " + subject,
                text,
                Optional.of(new InstanceId(id(number))),
                "web",
                SettableClock.NOON);
    }

    private static Notice of(String kind, String subject) {
        return new Notice(kind, subject, "text", Optional.empty(), "", SettableClock.NOON);
    }

    private static String id(int number) {
        return "i-%017x".formatted(number);
    }
}
