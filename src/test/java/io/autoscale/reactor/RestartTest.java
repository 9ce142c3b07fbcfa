package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.InstanceHost.Behaviour;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A reactor that is stopped loses nothing: what it had in hand and what waited is done by the next one. */
class RestartTest {

    private static final Duration LONG = Duration.ofSeconds(60);

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
    @Timeout(150)
    void whatIsInHandAndWhatWaitsIsDoneByTheNextOne() {
        cloud.host().behave(Behaviour.hangs());
        List<String> launched =
                Stream.generate(() -> cloud.launch("web")).limit(5).toList();
        launched.forEach(id ->
                assertThat(reactor.announce(Announcements.launch(id, "web"))).isEqualTo(200));
        await().atMost(LONG).until(() -> launched.stream().allMatch(cloud.host()::running));

        // The first termination, of an instance that lives on, holds up the others, so that they share the next batch.
        String alive = cloud.launch("web");
        cloud.salt().put("minions", alive, InstanceHost.newMinionKey());
        cloud.aws().hang(LONG);
        reactor.announce(Announcements.termination(alive, "web"));
        await().atMost(LONG).until(() -> reactor.waiting("terminations").isEmpty());
        List<String> terminated =
                Stream.generate(this::terminatedMinion).limit(5).toList();
        terminated.forEach(id -> assertThat(reactor.announce(Announcements.termination(id, "web")))
                .isEqualTo(200));
        await().atMost(LONG).until(() -> reactor.waiting("terminations").size() == 5);
        cloud.salt().failWith(503, "<html>Service Unavailable</html>");
        int before = reactor.retries();
        cloud.aws().heal();
        await().atMost(LONG).until(() -> reactor.retries() > before);

        reactor.close();
        assertThat(cloud.host().sessions()).isZero();
        cloud.salt().heal();
        cloud.host().heal();
        reactor = startReactor();

        List<String> minions =
                Stream.concat(launched.stream(), Stream.of(alive)).toList();
        await().atMost(LONG).untilAsserted(() -> assertThat(cloud.salt().section("minions"))
                .containsOnlyKeys(minions.toArray(String[]::new)));
        assertThat(terminated)
                .allSatisfy(id -> assertThat(cloud.salt().keys(id)).isEmpty());
        assertThat(reactor.parked()).isEmpty();
        assertThat(cloud.mailbox().mails()).isEmpty();
    }

    @Test
    @Timeout(150)
    void aDuplicateIsKnownAfterARestart() {
        String id = cloud.launch("web");
        String messageId = "95df01b4-ee98-5cb9-9903-4c221d41eb5e";
        String launch = Announcements.launch(id, "web");
        reactor.announce(messageId, launch);
        await().atMost(LONG).until(() -> cloud.salt().section("minions").containsKey(id));

        reactor.close();
        reactor = startReactor();
        assertThat(reactor.announce(messageId, launch)).isEqualTo(200);
        String other = cloud.launch("web");
        reactor.announce(Announcements.launch(other, "web"));
        await().atMost(LONG).until(() -> cloud.salt().section("minions").containsKey(other));
        assertThat(cloud.aws().calls("DescribeInstances").stream()
                        .filter(call -> call.ids().contains(id)))
                .hasSize(1);
    }

    @Test
    @Timeout(150)
    void aScriptThatStillRunsIsWaitedForAndNotDoubled() {
        String id = cloud.launch("web");
        cloud.host().behaveOnce(id, Behaviour.hangs());
        reactor.announce(Announcements.launch(id, "web"));
        await().atMost(LONG).until(() -> cloud.host().running(id));

        reactor.close();
        reactor = startReactor();
        await().atMost(LONG).until(() -> cloud.host().maxConcurrent(id) == 2 && reactor.retries() > 0);
        assertThat(cloud.host().runs(id)).isEqualTo(1);
        cloud.host().heal();
        awaitMinion(id);
        assertNobodyIsTroubled();
    }

    @Test
    @Timeout(150)
    void aKeyThatTheFirstRunLeftPendingIsFoundAndAccepted() {
        String id = cloud.launch("web");
        cloud.salt().failOnly("key.accept_dict", 503);
        reactor.announce(Announcements.launch(id, "web"));
        await().atMost(LONG).until(() -> reactor.retries() > 0);
        assertThat(cloud.salt().keys(id)).containsOnlyKeys("minions_pre");

        reactor.close();
        cloud.salt().heal();
        reactor = startReactor();
        awaitMinion(id);
        assertThat(cloud.salt().keys(id)).containsOnlyKeys("minions");
        assertNobodyIsTroubled();
    }

    @Test
    @Timeout(150)
    void aMinionThatTheFirstRunMadeIsLeftAlone() {
        String id = cloud.launch("web");
        cloud.salt().failOnly("test.ping", 503);
        reactor.announce(Announcements.launch(id, "web"));
        await().atMost(LONG).until(() -> reactor.retries() > 0);
        assertThat(cloud.salt().keys(id)).containsOnlyKeys("minions");

        reactor.close();
        cloud.salt().heal();
        reactor = startReactor();
        await().atMost(LONG).until(() -> cloud.salt().calls("test.ping").stream()
                .anyMatch(call -> call.ids().contains(id)));
        await().atMost(LONG)
                .until(() -> reactor.context().getInflightRepository().size() == 0);
        assertThat(cloud.host().runs(id)).isEqualTo(1);
        assertNobodyIsTroubled();
    }

    private void awaitMinion(String id) {
        await().atMost(LONG).untilAsserted(() -> assertThat(cloud.salt().section("minions"))
                .containsEntry(id, cloud.host().minionKey(id).orElse("none")));
    }

    private void assertNobodyIsTroubled() {
        assertThat(reactor.parked()).isEmpty();
        assertThat(cloud.mailbox().mails()).isEmpty();
    }

    private String terminatedMinion() {
        String id = cloud.launch("web");
        cloud.salt().put("minions", id, InstanceHost.newMinionKey());
        cloud.gone(id);
        return id;
    }

    private RunningReactor startReactor() {
        return new RunningReactor(directory, cloud, signer, Map.of()).start();
    }
}
