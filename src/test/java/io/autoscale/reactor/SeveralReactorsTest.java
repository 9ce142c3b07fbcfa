package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.BrokerProcess;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.InstanceHost.Behaviour;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two reactors on one broker, which is a process of its own with the configuration that operators are given. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeveralReactorsTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int CONCURRENCY = 4;

    private final SnsSigner signer = new SnsSigner("us-east-1", Clock.systemUTC());

    private Cloud cloud;
    private BrokerProcess broker;
    private RunningReactor one;
    private RunningReactor two;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        cloud = new Cloud(directory);
        broker = new BrokerProcess(directory).start();
        one = reactor(Files.createDirectory(directory.resolve("one")));
        two = reactor(Files.createDirectory(directory.resolve("two")));
    }

    private RunningReactor reactor(Path home) {
        return new RunningReactor(
                        home,
                        cloud,
                        signer,
                        Map.of(
                                "reactor.broker.url",
                                broker.url(),
                                "reactor.broker.username",
                                BrokerProcess.USER,
                                "reactor.broker.password",
                                BrokerProcess.PASSWORD,
                                "reactor.ssh.concurrency",
                                String.valueOf(CONCURRENCY)))
                .start();
    }

    @AfterEach
    void nobodyIsTroubled() throws MessagingException {
        cloud.host().heal();
        for (MimeMessage mail : cloud.mailbox().mails()) {
            assertThat(mail.getSubject()).as("where the broker was away").contains("deliveries are put off");
        }
        assertThat(one.parked()).isEmpty();
    }

    @AfterAll
    void stop() throws Exception {
        one.close();
        two.close();
        broker.close();
        cloud.close();
    }

    @Test
    void theyShareTheWork() {
        cloud.host().behave(Behaviour.hangs());
        List<String> ids = launches(2 * CONCURRENCY);
        await().atMost(LONG).until(() -> cloud.host().sessions() == 2 * CONCURRENCY);

        cloud.host().heal();
        ids.forEach(this::awaitMinion);
        assertThat(ids).allMatch(id -> cloud.host().runs(id) == 1);
    }

    @Test
    void aDeliveryThatReachesBothIsDoneOnce() {
        String id = cloud.launch("web");
        String messageId = UUID.randomUUID().toString();
        String launch = Announcements.launch(id, "web");
        assertThat(one.announce(messageId, launch)).isEqualTo(200);
        assertThat(two.announce(messageId, launch)).isEqualTo(200);
        awaitMinion(id);

        launches(2).forEach(this::awaitMinion);
        assertThat(cloud.aws().calls("DescribeInstances"))
                .filteredOn(call -> call.ids().contains(id))
                .hasSize(1);
    }

    @Test
    void anInstanceThatIsAnnouncedTwiceIsInOneHandAtATime() {
        String id = cloud.launch("web");
        cloud.host().behaveOnce(id, Behaviour.hangs());
        Stream.of(one, two).forEach(reactor -> {
            reactor.announce(Announcements.launch(id, "web"));
            reactor.announce(Announcements.of("hook-launching", id, "web"));
        });
        await().atMost(LONG).until(() -> cloud.host().running(id));
        launches(4).forEach(this::awaitMinion);
        assertThat(asked(id)).as("who looked at it").isEqualTo(1);

        cloud.host().heal();
        awaitMinion(id);
        await().atMost(LONG).until(() -> asked(id) == 4);
        assertThat(cloud.host().runs(id)).isEqualTo(1);
    }

    @Test
    void aTerminationAtOneStopsTheBootstrapAtTheOther() {
        cloud.host().behave(Behaviour.hangs());
        List<String> ids = launches(2 * CONCURRENCY);
        await().atMost(LONG).until(() -> cloud.host().sessions() == 2 * CONCURRENCY);

        for (String id : ids) {
            cloud.gone(id);
            assertThat(one.announce(Announcements.termination(id, "web"))).isEqualTo(200);
        }
        await().atMost(LONG).until(() -> cloud.host().sessions() == 0);
        assertThat(ids).allMatch(id -> cloud.salt().keys(id).isEmpty());
    }

    @Test
    void aBrokerThatIsKilledAndComesBackLosesNothing() {
        cloud.host().behave(Behaviour.hangs());
        List<String> ids = launches(2 * CONCURRENCY);
        await().atMost(LONG).until(() -> cloud.host().sessions() == 2 * CONCURRENCY);

        broker.kill();
        await().atMost(LONG).until(() -> cloud.host().sessions() == 0);
        String late = cloud.launch("web");
        String messageId = UUID.randomUUID().toString();
        String launch = Announcements.launch(late, "web");
        assertThat(one.announce(messageId, launch)).isEqualTo(503);

        cloud.host().heal();
        broker.start();
        await().atMost(LONG).until(() -> two.announce(messageId, launch) == 200);
        ids.forEach(this::awaitMinion);
        awaitMinion(late);
        assertThat(ids).allMatch(id -> cloud.host().maxConcurrent(id) == 1);
    }

    private List<String> launches(int count) {
        return Stream.generate(() -> cloud.launch("web"))
                .limit(count)
                .peek(id -> assertThat(one.announce(Announcements.launch(id, "web")))
                        .isEqualTo(200))
                .toList();
    }

    private void awaitMinion(String id) {
        await().atMost(LONG).until(() -> cloud.salt().section("minions").containsKey(id));
    }

    private long asked(String id) {
        return cloud.aws().calls("DescribeInstances").stream()
                .filter(call -> call.ids().contains(id))
                .count();
    }
}
