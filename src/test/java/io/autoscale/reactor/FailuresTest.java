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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What fails for good is told once and kept. What fails for a while has its tests in the package {@code outages}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FailuresTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int RECIPIENTS = 2;

    private Cloud cloud;
    private RunningReactor reactor;

    @BeforeAll
    void start(@TempDir Path directory) {
        cloud = new Cloud(directory);
        reactor = new RunningReactor(
                        directory,
                        cloud,
                        new SnsSigner("us-east-1", Clock.systemUTC()),
                        Map.of(
                                "reactor.bootstrap.retry-delay", "100ms",
                                "camel.component.http.soTimeout", "1500"))
                .start();
    }

    @AfterEach
    void heal() {
        cloud.aws().heal();
        cloud.salt().heal();
        cloud.salt().permit("key.accept_dict");
        cloud.salt().permit("key.delete_dict");
        cloud.mailbox().heal();
        cloud.host().heal();
    }

    @AfterAll
    void stop() throws Exception {
        reactor.close();
        cloud.close();
    }

    @Nested
    class ForGood {

        @Test
        void aScriptThatKeepsFailingIsToldOnceAndParked() {
            String id = cloud.launch("web");
            for (int n = 0; n < 3; n++) {
                cloud.host().behaveOnce(id, Behaviour.fails(70, "the minion was started, but has made no key"));
            }
            cloud.salt().put("minions_pre", id, InstanceHost.newMinionKey());
            announceLaunch(id, "web");

            assertThat(mailAbout(id))
                    .contains(id, "(group web)")
                    .containsPattern("Group: +web")
                    .containsPattern("Attempts: +3")
                    .containsPattern("What failed: +The minion did not start or made no key on " + id)
                    .contains("has made no key (exit code 70)")
                    .containsPattern("Left behind: +no key on the Salt master; the instance runs on")
                    .contains("bin/reactor replay " + id);
            assertThat(cloud.host().runs(id)).isEqualTo(3);
            assertThat(cloud.salt().keys(id)).isEmpty();
            assertParkedOnce(id);
        }

        @Test
        void anotherHostKeyThanOnTheConsoleIsNeverTriedAgain() {
            String id = cloud.launch("web");
            cloud.aws().instance(id).consoleOutput(InstanceHost.consoleOutput(InstanceHost.otherHostKeyLine()));
            announceLaunch(id, "web");

            assertThat(mailAbout(id))
                    .contains("host key mismatch " + id)
                    .doesNotContain("bootstrap failed")
                    .containsPattern("Attempts: +1")
                    .containsPattern(
                            "What failed: +SSH .* showed the host key SHA256.*console shows SHA256.*Nothing was sent")
                    .containsPattern("What to do: +Find out who answers")
                    .contains("bin/reactor replay " + id);
            assertThat(cloud.host().commands()).noneMatch(arguments -> id.equals(arguments.get("id")));
            assertThat(cloud.salt().keys(id)).isEmpty();
            assertParkedOnce(id);
        }

        @Test
        void aHostThatItsConsoleGivesAwayDuringTheBootstrapGetsNoKeyAccepted() {
            String id = cloud.launch("web");
            cloud.aws().instance(id).consoleOutput("");
            cloud.host().behaveOnce(id, Behaviour.hangs());
            announceLaunch(id, "web");
            await().atMost(LONG).until(() -> cloud.host().running(id));
            cloud.aws().instance(id).consoleOutput(InstanceHost.consoleOutput(InstanceHost.otherHostKeyLine()));
            cloud.host().heal();

            assertThat(mailAbout(id))
                    .contains("host key mismatch " + id)
                    .containsPattern("What failed: +.*was accepted while the EC2 console showed none");
            assertThat(cloud.salt().acceptances())
                    .noneMatch(acceptance -> acceptance.id().equals(id));
            assertThat(cloud.host().commands().stream().filter(arguments -> id.equals(arguments.get("id"))))
                    .as("nothing but the bootstrap, no stop")
                    .hasSize(1);
            assertParkedOnce(id);
        }

        @Test
        void aMissingPermissionIsNamed() {
            String id = cloud.launch("web");
            cloud.salt().deny("key.accept_dict");
            announceLaunch(id, "web");

            assertThat(mailAbout(id))
                    .containsPattern("What failed: +.*key\\.accept_dict")
                    .contains("reactor");
            assertThat(cloud.salt().keys(id)).isEmpty();
            assertParkedOnce(id);
        }

        @Test
        void aMissingPermissionToDeleteIsNamed() {
            String id = cloud.launch("web");
            cloud.salt().put("minions", id, InstanceHost.newMinionKey());
            cloud.gone(id);
            cloud.salt().deny("key.delete_dict");
            reactor.announce(Announcements.termination(id, "web"));

            assertThat(mailAbout(id))
                    .contains("deleting the key failed " + id)
                    .containsPattern("Attempts: +3")
                    .containsPattern("What failed: +.*key\\.delete_dict.* to reactor")
                    .containsPattern("Left behind: +the instance's key may still stand")
                    .contains("bin/reactor replay " + id);
            assertParkedOnce(id);
        }
    }

    @Nested
    class Impostors {

        @Test
        void onePendingFirstIsRemovedAndToldAndTheRightKeyAccepted() {
            String id = cloud.launch("web");
            cloud.salt().put("minions_pre", id, InstanceHost.newMinionKey());
            announceLaunch(id, "web");
            assertOnlyTheRightKeyIsAccepted(id);
            assertThat(mailAbout(id)).contains("another key under the id " + id).contains("minions_pre");
        }

        @Test
        void oneAcceptedInAnEarlierLifeIsRemovedAndToldAndTheRightKeyAccepted() {
            String id = cloud.launch("web");
            cloud.salt().put("minions", id, InstanceHost.newMinionKey());
            announceLaunch(id, "web");
            assertOnlyTheRightKeyIsAccepted(id);
            assertThat(mailAbout(id)).contains("another key under the id " + id).containsPattern("Found in: +minions");
        }

        @Test
        void oneRejectedIsRemovedAndToldAndTheRightKeyAccepted() {
            String id = cloud.launch("web");
            cloud.salt().put("minions_rejected", id, InstanceHost.newMinionKey());
            announceLaunch(id, "web");
            assertOnlyTheRightKeyIsAccepted(id);
            assertThat(mailAbout(id)).contains("another key under the id " + id).contains("minions_rejected");
        }

        private void assertOnlyTheRightKeyIsAccepted(String id) {
            awaitMinion(id);
            assertThat(cloud.salt().keys(id)).containsOnlyKeys("minions");
        }
    }

    private void announceLaunch(String id, String group) {
        assertThat(reactor.announce(Announcements.launch(id, group))).isEqualTo(200);
    }

    /** Waits until the accepted key is the one that the instance's minion has made. */
    private void awaitMinion(String id) {
        await().atMost(LONG).untilAsserted(() -> assertThat(cloud.salt().section("minions"))
                .containsEntry(id, cloud.host().minionKey(id).orElse("none")));
    }

    /** The one mail about this, as both recipients have it. */
    private String mailAbout(String word) {
        await().atMost(LONG).until(() -> cloud.mailbox().about(word).size() >= RECIPIENTS);
        List<String> mails = cloud.mailbox().about(word);
        assertThat(mails).hasSize(RECIPIENTS);
        assertThat(mails.get(1)).isEqualTo(mails.get(0));
        return mails.get(0);
    }

    private void assertParkedOnce(String id) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(reactor.parked().stream().filter(text -> text.contains(id)))
                        .hasSize(1));
    }
}
