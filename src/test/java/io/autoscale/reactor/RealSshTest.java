package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.OpenSsh;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.ScratchRoot;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The whole program against a real OpenSSH server, where {@code routes/bootstrap.sh} is really executed. */
@EnabledIf(value = OpenSsh.AVAILABLE, disabledReason = OpenSsh.MISSING)
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RealSshTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private Cloud cloud;
    private OpenSsh instance;
    private RunningReactor reactor;

    @BeforeEach
    void startAnInstance() throws Exception {
        cloud = new Cloud(directory);
        instance = OpenSsh.start(Files.createDirectory(directory.resolve("instance")));
    }

    @AfterEach
    void stop() throws Exception {
        if (reactor != null) {
            reactor.close();
        }
        if (instance != null) {
            instance.close();
        }
        cloud.close();
    }

    @Test
    void aLaunchMakesAMinionAndATerminationLeavesNoKey() throws Exception {
        startReactor(Map.of());
        String id = launch("web");
        String key = awaitMinion(id);

        assertThat(cloud.salt().keys(id)).isEqualTo(Map.of("minions", key));
        assertThat(Files.readString(instance.scratch().minionConfig()))
                .contains("master: '127.0.0.1'", "id: '" + id + "'", "rejected_retry: true");
        assertThat(ScratchRoot.runs(instance.scratch().minion())).isTrue();

        cloud.gone(id);
        cloud.salt().stopMinion(id);
        reactor.announce(Announcements.termination(id, "web"));
        await().atMost(LONG).until(() -> cloud.salt().keys(id).isEmpty());
        assertThat(cloud.mailbox().mails()).isEmpty();
    }

    @Test
    void theHostKeyMayHaveToStandOnTheConsole() throws Exception {
        startReactor(Map.of("reactor.ssh.host-key", "strict"));
        String id = launch("web");
        awaitMinion(id);
        assertThat(cloud.salt().keys(id)).containsOnlyKeys("minions");
    }

    @Test
    void aHostWithAnotherKeyIsNotLoggedInTo() throws Exception {
        startReactor(Map.of("reactor.ssh.host-key", "strict"));
        String id = cloud.launch("web");
        cloud.aws().instance(id).consoleOutput(InstanceHost.consoleOutput(InstanceHost.otherHostKeyLine()));
        reactor.announce(Announcements.launch(id, "web"));

        await().atMost(LONG).until(() -> cloud.mailbox().about(id).size() == 2);
        assertThat(cloud.mailbox().about(id).get(0)).contains("host key mismatch " + id);
        assertThat(instance.log()).doesNotContain("publickey").containsOnlyOnce("Connection from");
        assertThat(instance.scratch().minionConfig()).doesNotExist();
    }

    @Test
    void aHostileGroupNameIsNothingButData() throws Exception {
        Path proof = directory.resolve("proof");
        String group = "it's \"$(touch %1$s)\" `touch %1$s` ${HOME} ; touch %1$s\n- x: | & > < \\ 'é".formatted(proof);
        startReactor(Map.of());
        String id = launch(group);
        awaitMinion(id);

        assertThat(proof).doesNotExist();
        String grains = Files.readAllLines(instance.scratch().minionConfig()).stream()
                .filter(line -> line.startsWith("grains: "))
                .findFirst()
                .orElseThrow();
        assertThat(new ObjectMapper().readTree(grains.substring("grains: ".length())))
                .anySatisfy(grain -> assertThat(grain.toString()).contains("touch " + proof));
        assertThat(Files.readAllLines(instance.scratch().minionConfig()))
                .noneMatch(line -> line.startsWith("- x:"))
                .contains("id: '" + id + "'");
    }

    private void startReactor(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("reactor.ssh.user", OpenSsh.user());
        settings.put("reactor.ssh.port", String.valueOf(instance.port()));
        settings.put("reactor.ssh.private-key", instance.clientKey().toString());
        settings.put("reactor.bootstrap.url", ScratchRoot.installer());
        reactor = new RunningReactor(directory, cloud, new SnsSigner("us-east-1", Clock.systemUTC()), settings).start();
    }

    private String launch(String group) throws IOException {
        String id = cloud.launch(group);
        cloud.aws().instance(id).consoleOutput(InstanceHost.consoleOutput(instance.hostKeyLine()));
        assertThat(reactor.announce(Announcements.launch(id, group))).isEqualTo(200);
        return id;
    }

    /** Has the minion that the script started ask the master to be let in, and waits until it is. */
    private String awaitMinion(String id) throws IOException {
        Path file = instance.scratch().minionKey();
        await().atMost(LONG)
                .until(() -> Files.exists(file) && Files.readString(file).contains("-----END"));
        String key = Files.readString(file);
        cloud.salt().minion(id, key);
        await().atMost(LONG).until(() -> cloud.salt().section("minions").containsKey(id));
        return key;
    }
}
