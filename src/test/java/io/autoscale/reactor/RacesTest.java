package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.InstanceHost.Behaviour;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Whatever comes together, twice, or in the wrong order: what the instance really is decides. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RacesTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    private Cloud cloud;
    private RunningReactor reactor;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        cloud = new Cloud(directory);
        putBackOnlyShortly(directory);
        reactor = new RunningReactor(
                        directory,
                        cloud,
                        new SnsSigner("us-east-1", Clock.systemUTC()),
                        Map.of("reactor.terminate.check-delay", "500ms"))
                .start();
    }

    /** Whoever finds an instance in hand already comes back after 10 s, which is long for a test. */
    private static void putBackOnlyShortly(Path directory) throws IOException {
        String launch = Files.readString(Path.of("routes/launch.camel.yaml"));
        assertThat(launch).contains("deliveryDelay: 10000");
        Files.createDirectories(directory.resolve("routes"));
        Files.writeString(
                directory.resolve("routes/launch.camel.yaml"),
                launch.replace("deliveryDelay: 10000", "deliveryDelay: 500"));
    }

    @AfterEach
    void nobodyIsTroubled() {
        cloud.host().heal();
        assertThat(cloud.mailbox().mails()).isEmpty();
        assertThat(reactor.parked()).isEmpty();
    }

    @AfterAll
    void stop() throws Exception {
        reactor.close();
        cloud.close();
    }

    @Test
    void aTerminationStopsARunningBootstrapAndLeavesNoKey() {
        String id = cloud.launch("web");
        cloud.host().behaveOnce(id, Behaviour.hangs());
        reactor.announce(Announcements.launch(id, "web"));
        await().atMost(LONG).until(() -> cloud.host().running(id));
        assertThat(cloud.host().sessions()).isEqualTo(1);

        cloud.aws().terminate(id);
        reactor.announce(Announcements.termination(id, "web"));
        await().atMost(Duration.ofSeconds(5)).until(() -> cloud.host().sessions() == 0);

        // The script goes on without its session; its minion asks while the instance shuts down.
        cloud.host().heal();
        await().atMost(LONG).until(() -> cloud.salt().minionRuns(id));
        cloud.gone(id);
        await().atMost(LONG).until(() -> cloud.salt().keys(id).isEmpty());
        assertThat(cloud.host().runs(id)).isEqualTo(1);
        assertThat(cloud.salt().calls("key.accept_dict"))
                .noneMatch(call -> call.ids().contains(id));
    }

    @Test
    void aTerminationThatComesBeforeItsLaunchLeavesNoMinion() {
        String id = cloud.launch("web");
        cloud.terminate(id);
        reactor.announce(Announcements.termination(id, "web"));
        await().atMost(LONG).until(() -> deleted(id) > 0);

        reactor.announce(Announcements.launch(id, "web"));
        long before = deleted(id);
        cloud.gone(id);
        await().atMost(LONG).until(() -> deleted(id) > before);
        assertThat(cloud.salt().keys(id)).isEmpty();
        assertThat(cloud.host().runs(id)).isZero();
    }

    @Test
    void aLaunchThatIsDeliveredTwiceIsDoneOnce() {
        String id = cloud.launch("web");
        String messageId = UUID.randomUUID().toString();
        String launch = Announcements.launch(id, "web");
        assertThat(reactor.announce(messageId, launch)).isEqualTo(200);
        assertThat(reactor.announce(messageId, launch)).isEqualTo(200);
        awaitMinion(id);
        assertThat(reactor.announce(messageId, launch)).isEqualTo(200);

        awaitMinion(launchAnother());
        assertThat(asked(id)).as("questions to EC2").isEqualTo(1);
        assertThat(cloud.host().runs(id)).isEqualTo(1);
    }

    @Test
    void notificationAndHookNeverMeetOnAnInstance() {
        String id = cloud.launch("web");
        cloud.host().behaveOnce(id, Behaviour.hangs());
        reactor.announce(Announcements.launch(id, "web"));
        reactor.announce(Announcements.of("hook-launching", id, "web"));
        await().atMost(LONG).until(() -> cloud.host().running(id));
        awaitMinion(launchAnother());
        cloud.host().heal();
        awaitMinion(id);

        await().atMost(LONG).until(() -> asked(id) == 2);
        await().atMost(LONG).until(() -> shown(id) == 1);
        assertThat(cloud.host().maxConcurrent(id)).isEqualTo(1);
        assertThat(cloud.host().runs(id)).isEqualTo(1);
    }

    @Test
    void aMinionThatWorksAlreadyIsLeftAlone() {
        String id = launchAnother();
        awaitMinion(id);
        await().atMost(LONG).until(() -> pinged(id) == 1);

        reactor.announce(Announcements.of("launch-attached", id, "web"));
        await().atMost(LONG).until(() -> pinged(id) == 2);
        awaitMinion(launchAnother());
        assertThat(cloud.host().runs(id)).isEqualTo(1);
        assertThat(cloud.salt().keys(id)).containsOnlyKeys("minions");
    }

    @Test
    void aMinionThatAsksAgainWhileItsInstanceShutsDownLeavesNoKey() {
        String id = launchAnother();
        awaitMinion(id);

        cloud.aws().terminate(id);
        reactor.announce(Announcements.termination(id, "web"));
        await().atMost(LONG).until(() -> cloud.salt().keys(id).containsKey("minions_pre"));

        cloud.gone(id);
        await().atMost(LONG).until(() -> cloud.salt().keys(id).isEmpty());
    }

    private String launchAnother() {
        String id = cloud.launch("web");
        assertThat(reactor.announce(Announcements.launch(id, "web"))).isEqualTo(200);
        return id;
    }

    private void awaitMinion(String id) {
        await().atMost(LONG).until(() -> cloud.salt().section("minions").containsKey(id));
    }

    private long asked(String id) {
        return cloud.aws().calls("DescribeInstances").stream()
                .filter(call -> call.ids().contains(id))
                .count();
    }

    private long pinged(String id) {
        return cloud.salt().calls("test.ping").stream()
                .filter(call -> call.ids().contains(id))
                .count();
    }

    private long deleted(String id) {
        return cloud.salt().deleteCalls().stream()
                .filter(call -> call.ids().contains(id))
                .count();
    }

    /** How often the instance was asked to show its minion's key. */
    private long shown(String id) {
        return cloud.host().commands().stream()
                .filter(arguments -> id.equals(arguments.get("id")) && "show-key".equals(arguments.get("action")))
                .count();
    }
}
