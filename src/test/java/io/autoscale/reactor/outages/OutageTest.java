package io.autoscale.reactor.outages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One reactor among stand-ins for all tests of a class; its limits are short, and after each test the world is well again. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OutageTest {

    static final Duration LONG = Duration.ofSeconds(30);
    static final int RECIPIENTS = 2;

    final SnsSigner signer = new SnsSigner("us-east-1", Clock.systemUTC());
    Cloud cloud;
    RunningReactor reactor;

    /** Settings beside those that all share. */
    Map<String, String> settings() {
        return Map.of();
    }

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        cloud = new Cloud(directory);
        answerOfSshIsAwaitedShortly(directory);
        Map<String, String> settings = new HashMap<>(settings());
        settings.putIfAbsent("reactor.bootstrap.retry-delay", "100ms");
        settings.putIfAbsent("camel.component.http.soTimeout", "1500");
        settings.putIfAbsent("reactor.salt.timeout", "3s");
        reactor = new RunningReactor(directory, cloud, signer, settings).start();
    }

    private static void answerOfSshIsAwaitedShortly(Path directory) throws IOException {
        String bootstrap = Files.readString(Path.of("routes/bootstrap.camel.yaml"));
        assertThat(bootstrap).contains("timeout: 30000");
        Files.createDirectories(directory.resolve("routes"));
        Files.writeString(
                directory.resolve("routes/bootstrap.camel.yaml"), bootstrap.replace("timeout: 30000", "timeout: 1500"));
    }

    @AfterEach
    void heal() {
        cloud.aws().heal();
        cloud.salt().heal();
        cloud.mailbox().heal();
        cloud.host().heal();
    }

    @AfterAll
    void stop() throws Exception {
        reactor.close();
        cloud.close();
    }

    void announceLaunch(String id) {
        assertThat(reactor.announce(Announcements.launch(id, "web"))).isEqualTo(200);
    }

    /** Launches this instance into an outage that a step has to meet, and ends the outage: then it has to become a minion. */
    void recovers(String id, Runnable healing) {
        int before = reactor.retries();
        announceLaunch(id);
        await().atMost(LONG).until(() -> reactor.retries() > before);
        healing.run();
        awaitMinion(id);
        assertNothingSaidOrParkedAbout(id);
    }

    /** Waits until the accepted key is the one that the instance's minion has made. */
    void awaitMinion(String id) {
        await().atMost(LONG).untilAsserted(() -> assertThat(cloud.salt().section("minions"))
                .containsEntry(id, cloud.host().minionKey(id).orElse("none")));
    }

    void assertNothingSaidOrParkedAbout(String id) {
        assertThat(reactor.parked()).noneMatch(text -> text.contains(id));
        assertThat(cloud.mailbox().about(id)).isEmpty();
        assertThat(cloud.mailbox().about("does not answer")).isEmpty();
    }

    /** The one mail that has all of these words, as both recipients have it. */
    String mailAbout(String... words) {
        await().atMost(LONG).until(() -> mailsAbout(words).size() >= RECIPIENTS);
        List<String> mails = mailsAbout(words);
        assertThat(mails).hasSize(RECIPIENTS);
        assertThat(mails.get(1)).isEqualTo(mails.get(0));
        return mails.get(0);
    }

    List<String> mailsAbout(String... words) {
        return cloud.mailbox().about("").stream()
                .filter(text -> Stream.of(words).allMatch(text::contains))
                .toList();
    }
}
