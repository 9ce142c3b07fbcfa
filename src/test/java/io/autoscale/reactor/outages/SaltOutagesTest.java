package io.autoscale.reactor.outages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.SaltApi;
import org.junit.jupiter.api.Test;

class SaltOutagesTest extends OutageTest {

    @Test
    void saltApiRefusesConnections() {
        String id = cloud.launch("web");
        cloud.salt().refuse();
        recovers(id, () -> cloud.salt().heal());
    }

    @Test
    void saltApiHangs() {
        String id = cloud.launch("web");
        cloud.salt().hang(LONG);
        recovers(id, () -> cloud.salt().heal());
    }

    @Test
    void saltApiAnswersAByteNowAndThenForEver() {
        String id = cloud.launch("web");
        cloud.salt().drip();
        recovers(id, () -> cloud.salt().heal());
    }

    @Test
    void saltApiIsUnavailable() {
        String id = cloud.launch("web");
        cloud.salt().failWith(503, SaltApi.errorPage(503, "Service Unavailable", "The master is down"));
        recovers(id, () -> cloud.salt().heal());
    }

    @Test
    void saltApiAnswersWithAnErrorPage() {
        String id = cloud.launch("web");
        cloud.salt().failWith(500, SaltApi.errorPage(500, "Internal Server Error", "An unexpected error occurred"));
        recovers(id, () -> cloud.salt().heal());
    }

    @Test
    void saltApiIsAwayDuringATermination() {
        String id = cloud.launch("web");
        cloud.salt().put("minions", id, InstanceHost.newMinionKey());
        cloud.gone(id);
        cloud.salt().refuse();
        int before = reactor.retries();
        reactor.announce(Announcements.termination(id, "web"));
        await().atMost(LONG).until(() -> reactor.retries() > before);
        cloud.salt().heal();
        await().atMost(LONG).until(() -> cloud.salt().keys(id).isEmpty());
        assertNothingSaidOrParkedAbout(id);
    }

    @Test
    void saltApiRestartsAndForgetsTheSession() {
        String first = cloud.launch("web");
        announceLaunch(first);
        awaitMinion(first);

        cloud.salt().restart();
        int logins = cloud.salt().logins();
        String id = cloud.launch("web");
        announceLaunch(id);
        awaitMinion(id);
        assertThat(cloud.salt().logins()).isEqualTo(logins + 1);
        assertThat(cloud.host().runs(id)).isEqualTo(1);
        assertNothingSaidOrParkedAbout(id);
    }

    @Test
    void theSessionExpires() {
        String first = cloud.launch("web");
        announceLaunch(first);
        awaitMinion(first);

        cloud.salt().expireTokens();
        String id = cloud.launch("web");
        announceLaunch(id);
        awaitMinion(id);
        assertThat(cloud.host().runs(id)).isEqualTo(1);
        assertNothingSaidOrParkedAbout(id);
    }
}
