package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each recorded announcement leads to what its file expects. All are announced at the beginning, each about an instance and
 * a group of its own; those that ask for nothing come first, so that what came of the others tells that they are over.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnnouncementsTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String SPOT = "eventbridge-spot-interruption";

    private final Map<String, String> instances = new HashMap<>();
    private Cloud cloud;
    private RunningReactor reactor;

    @BeforeAll
    void announceAll(@TempDir Path directory) {
        cloud = new Cloud(directory);
        reactor = new RunningReactor(
                        directory,
                        cloud,
                        new SnsSigner("us-east-1", Clock.systemUTC()),
                        Map.of("reactor.terminate.check-delay", "1s"))
                .start();
        Stream.of(harmless(), mailed(), deletions(), bootstraps(), Stream.of(SPOT))
                .flatMap(kinds -> kinds)
                .forEach(this::announce);
    }

    @AfterAll
    void stop() throws Exception {
        reactor.close();
        cloud.close();
    }

    static Stream<String> bootstraps() {
        return expecting("bootstrap");
    }

    static Stream<String> deletions() {
        return expecting("delete key");
    }

    static Stream<String> mailed() {
        return expecting("mail");
    }

    static Stream<String> harmless() {
        return Stream.concat(expecting("nothing"), expecting("complete the hook, and no key is deleted"));
    }

    @Test
    void everyRecordedKindIsTriedHere() {
        assertThat(Stream.of(harmless(), mailed(), deletions(), bootstraps(), Stream.of(SPOT))
                        .flatMap(kinds -> kinds))
                .containsExactlyInAnyOrderElementsOf(Announcements.recorded())
                .hasSize(24);
    }

    @ParameterizedTest
    @MethodSource("bootstraps")
    void aLaunchMakesAMinion(String kind) {
        String id = instances.get(kind);
        await().atMost(LONG).untilAsserted(() -> assertThat(cloud.salt().section("minions"))
                .containsEntry(id, cloud.host().minionKey(id).orElse("none")));
        assertThat(cloud.salt().keys(id)).containsOnlyKeys("minions");
    }

    @ParameterizedTest
    @MethodSource("deletions")
    void aTerminationDeletesTheKey(String kind) {
        await().atMost(LONG).untilAsserted(() -> assertThat(cloud.salt().keys(instances.get(kind)))
                .isEmpty());
    }

    @ParameterizedTest
    @MethodSource("mailed")
    void aFailureIsMailedToAllAndNoKeyIsDeleted(String kind) {
        await().atMost(LONG).untilAsserted(() -> assertThat(cloud.mailbox().about(group(kind)))
                .hasSize(2));
        assertThat(cloud.mailbox().about(group(kind)).get(0)).contains("Left behind", "What to do", "What it says");
        assertThat(cloud.salt().keys(instances.get(kind))).containsOnlyKeys("minions");
        assertNothingDoneOnTheMasterFor(instances.get(kind));
    }

    @ParameterizedTest
    @MethodSource("harmless")
    void whatAsksForNothingLeavesTheKeyAndTellsNobody(String kind) {
        String last =
                instances.get(deletions().reduce((first, second) -> second).orElseThrow());
        await().atMost(LONG).until(() -> cloud.salt().keys(last).isEmpty());

        assertThat(cloud.salt().keys(instances.get(kind))).containsOnlyKeys("minions");
        assertNothingDoneOnTheMasterFor(instances.get(kind));
        assertThat(cloud.aws().calls()).noneMatch(call -> call.ids().contains(instances.get(kind)));
        assertThat(cloud.mailbox().about(group(kind))).isEmpty();
        assertThat(cloud.mailbox().about(instances.get(kind))).isEmpty();
    }

    @Test
    void afterASpotInterruptionTheKeyGoesOnceTheInstanceShutsDown() {
        String id = instances.get(SPOT);
        await().atMost(LONG).until(() -> asked(id) >= 2);
        assertThat(cloud.salt().keys(id)).containsOnlyKeys("minions");

        cloud.terminate(id);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(cloud.salt().keys(id)).isEmpty());
    }

    @Test
    void inTheEndNothingIsParked() {
        bootstraps().forEach(this::aLaunchMakesAMinion);
        deletions().forEach(this::aTerminationDeletesTheKey);
        assertThat(reactor.parked()).isEmpty();
    }

    private void announce(String kind) {
        String id = cloud.launch(group(kind));
        instances.put(kind, id);
        prepare(kind, id);
        assertThat(reactor.announce(Announcements.of(kind, id, group(kind))))
                .as(kind)
                .isEqualTo(200);
    }

    /** Puts the instance into the state in which it is when this kind is announced. */
    private void prepare(String kind, String id) {
        if (bootstraps().anyMatch(kind::equals)) {
            cloud.aws().instance(id).lifecycleState(kind.contains("hook") ? "Pending:Wait" : "InService");
            return;
        }
        cloud.salt().put("minions", id, InstanceHost.newMinionKey());
        if (deletions().anyMatch(kind::equals)) {
            if (kind.contains("hook")) {
                cloud.aws().instance(id).lifecycleState("Terminating:Wait");
            } else {
                cloud.gone(id);
            }
        } else if (kind.contains("to-warm-pool")) {
            cloud.aws().instance(id).lifecycleState(kind.contains("hook") ? "Warmed:Pending:Wait" : "Warmed:Running");
        }
    }

    private void assertNothingDoneOnTheMasterFor(String id) {
        assertThat(cloud.salt().calls()).noneMatch(call -> call.ids().contains(id));
    }

    private long asked(String id) {
        return cloud.aws().calls("DescribeInstances").stream()
                .filter(call -> call.ids().contains(id))
                .count();
    }

    private static String group(String kind) {
        return "group-" + kind;
    }

    private static Stream<String> expecting(String words) {
        List<String> kinds = Announcements.recorded().stream()
                .filter(kind -> Announcements.expected(kind).startsWith(words))
                .toList();
        return kinds.stream();
    }
}
