package io.autoscale.reactor.outages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.InstanceHost.Behaviour;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SshOutagesTest extends OutageTest {

    @Override
    Map<String, String> settings() {
        return Map.of("reactor.ssh.host-key", "strict");
    }

    @Test
    void sshIsRefused() throws Exception {
        String id = cloud.launch("web");
        cloud.host().refuse();
        recovers(id, () -> cloud.host().heal());
        assertThat(cloud.host().runs(id)).isEqualTo(1);
    }

    @Test
    void sshIsFiltered() throws Exception {
        String id = cloud.launch("web");
        cloud.host().filter();
        recovers(id, () -> cloud.host().heal());
        assertThat(cloud.host().runs(id)).isEqualTo(1);
    }

    @Test
    void sshTakesConnectionsAndIsSilent() throws Exception {
        String id = cloud.launch("web");
        cloud.host().silence();
        recovers(id, () -> cloud.host().heal());
        assertThat(cloud.host().runs(id)).isEqualTo(1);
    }

    @Test
    void theConnectionBreaksInTheMiddle() {
        String id = cloud.launch("web");
        cloud.host().behaveOnce(id, Behaviour.drops());
        announceLaunch(id);
        awaitMinion(id);
        assertThat(cloud.host().maxConcurrent(id)).isEqualTo(1);
        assertNothingSaidOrParkedAbout(id);
    }

    @Test
    void theScriptGoesOnWithoutItsConnectionAndIsWaitedFor() throws Exception {
        String id = cloud.launch("web");
        cloud.host().behaveOnce(id, Behaviour.hangs());
        announceLaunch(id);
        await().atMost(LONG).until(() -> cloud.host().running(id));
        cloud.host().cut();

        int before = reactor.retries();
        await().atMost(LONG).until(() -> cloud.host().maxConcurrent(id) == 2 && reactor.retries() > before);
        cloud.host().heal();
        awaitMinion(id);
        assertThat(cloud.salt().keys(id)).containsOnlyKeys("minions");
        assertNothingSaidOrParkedAbout(id);
    }

    @Test
    void theInstanceRebootsAmidItsBootstrapAndComesBackHalfInstalled() throws Exception {
        String id = cloud.launch("web");
        cloud.host().behaveOnce(id, Behaviour.hangs());
        announceLaunch(id);
        await().atMost(LONG).until(() -> cloud.host().running(id));

        int before = reactor.retries();
        cloud.host().reboot();
        await().atMost(LONG).until(() -> reactor.retries() > before);
        assertThat(cloud.host().minionKey(id)).isEmpty();
        cloud.host().heal();
        awaitMinion(id);
        assertThat(cloud.host().runs(id)).isEqualTo(2);
        assertNothingSaidOrParkedAbout(id);
    }

    @Test
    void theHostKeyIsOnTheConsoleOnlyLater() {
        String id = cloud.launch("web");
        cloud.aws().instance(id).consoleOutput("");
        recovers(id, () -> cloud.aws().instance(id).consoleOutput(cloud.host().consoleOutput()));
        assertThat(cloud.host().runs(id)).isEqualTo(1);
    }
}
