package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hundreds of failures within seconds are told by a handful of mails, and none of them is left out. */
class MailStormTest {

    private static final int STORM = 500;
    private static final int SENDERS = 16;
    private static final int PER_HOUR = 6;
    private static final Duration LONG = Duration.ofSeconds(150);
    /** The subject of a mail of one, or the line that a digest has for each. */
    private static final Pattern NAMED =
            Pattern.compile("^(?:Subject: .*|\\S+Z  )\\S+LAUNCH_ERROR \\(group (storm-\\d+)\\)$", Pattern.MULTILINE);

    @TempDir
    Path directory;

    private final SnsSigner signer = new SnsSigner("us-east-1", Clock.systemUTC());
    private Cloud cloud;
    private RunningReactor reactor;

    @BeforeEach
    void start() {
        cloud = new Cloud(directory);
        reactor = startReactor();
    }

    @AfterEach
    void stop() throws Exception {
        reactor.close();
        cloud.close();
    }

    @Test
    @Timeout(300)
    void fiveHundredFailuresAreToldByAHandfulOfMails() throws Exception {
        fail("storm-0");
        await().atMost(LONG).until(() -> mails().size() == 1);
        assertThat(mails().get(0)).contains("Subject: EC2 autoscale reactor: autoscaling:EC2_INSTANCE_LAUNCH_ERROR");

        failAtOnce(groups(1, STORM));

        await().atMost(LONG).untilAsserted(() -> assertThat(named()).hasSize(STORM));
        System.out.println(STORM + " failures were told by " + mails().size() + " mails");
        assertThat(mails()).hasSizeLessThanOrEqualTo(PER_HOUR);
        assertThat(reactor.parked()).isEmpty();
    }

    @Test
    @Timeout(300)
    void whileTheMailServerIsAwayNoticesOutliveARestart() {
        cloud.mailbox().refuse();
        int before = reactor.retries();
        fail("storm-0");
        await().atMost(LONG).until(() -> reactor.retries() > before);
        groups(1, 100).forEach(this::fail);
        await().atMost(LONG).until(() -> reactor.waiting("notices").size() == 99);

        reactor.close();
        reactor = startReactor();
        groups(100, 110).forEach(this::fail);
        cloud.mailbox().heal();

        await().atMost(LONG).untilAsserted(() -> assertThat(named()).hasSize(110));
        assertThat(mails()).hasSizeLessThanOrEqualTo(PER_HOUR);
        assertThat(reactor.parked()).isEmpty();
    }

    /** Auto Scaling cannot launch an instance of this group. */
    private void fail(String group) {
        assertThat(reactor.announce(Announcements.of("launch-error", "", group)))
                .isEqualTo(200);
    }

    private void failAtOnce(List<String> groups) throws Exception {
        ExecutorService senders = Executors.newFixedThreadPool(SENDERS);
        try {
            List<Callable<Void>> tasks = groups.stream()
                    .<Callable<Void>>map(group -> () -> {
                        fail(group);
                        return null;
                    })
                    .toList();
            for (Future<Void> sent : senders.invokeAll(tasks)) {
                sent.get();
            }
        } finally {
            senders.shutdownNow();
        }
    }

    private static List<String> groups(int from, int to) {
        return IntStream.range(from, to).mapToObj(n -> "storm-" + n).toList();
    }

    /** The groups that some mail names. */
    private Set<String> named() {
        return NAMED.matcher(everything())
                .results()
                .map((MatchResult line) -> line.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private String everything() {
        return String.join("\n", mails());
    }

    /** What has been mailed; each mail is there once for each of the two administrators. */
    private List<String> mails() {
        return cloud.mailbox().mails().stream()
                .map(MailStormTest::read)
                .distinct()
                .toList();
    }

    private static String read(MimeMessage mail) {
        try {
            return "Subject: " + mail.getSubject() + "\n\n"
                    + mail.getContent().toString().replace("\r\n", "\n");
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RunningReactor startReactor() {
        return new RunningReactor(
                        directory,
                        cloud,
                        signer,
                        Map.of("reactor.mail.pause", "3s", "reactor.mail.per-hour", String.valueOf(PER_HOUR)))
                .start();
    }
}
