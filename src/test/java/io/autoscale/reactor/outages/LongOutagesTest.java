package io.autoscale.reactor.outages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.InstanceHost.Behaviour;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An outage that outlasts patience many times over is told, and nothing is given up because of it. */
class LongOutagesTest extends OutageTest {

    /** What salt-api is said to have done in one of the outages only. */
    private static final String REFUSED = "Connection refused";

    @Override
    Map<String, String> settings() {
        return Map.of("reactor.patience.outage", "1s", "reactor.bootstrap.attempts", "1");
    }

    @Test
    void ofSaltApiIsToldWhenItGoesOnAndWhenItIsOverAndAllIsDoneThen() {
        String id = cloud.launch("web");
        String gone = cloud.launch("web");
        cloud.salt().put("minions", gone, InstanceHost.newMinionKey());
        cloud.gone(gone);
        cloud.salt().refuse();
        announceLaunch(id);
        reactor.announce(Announcements.termination(gone, "web"));

        assertThat(mailAbout("salt-api does not answer", REFUSED)).contains("Nothing has to be done to the reactor");
        // The first of these comes from the queue, so the launch has gone back there at least twice.
        long asked = asked(id);
        await().atMost(LONG).until(() -> asked(id) > asked + 2);
        cloud.salt().heal();

        awaitWorkingMinion(id);
        await().atMost(LONG).until(() -> cloud.salt().keys(gone).isEmpty());
        assertThat(mailAbout("salt-api answers again", REFUSED)).contains("taken up again by itself");
        assertThat(reactor.parked()).noneMatch(text -> text.contains(id) || text.contains(gone));
        assertThat(cloud.mailbox().about(id)).isEmpty();
        assertThat(mailsAbout("salt-api does not answer", REFUSED)).hasSize(RECIPIENTS);
    }

    @Test
    void ofAwsHoldsUpNoLaunchForGood() {
        String id = cloud.launch("web");
        cloud.aws().failWith(503);
        announceLaunch(id);
        assertThat(mailAbout("EC2 does not answer")).contains("wait, however long it takes");
        int before = reactor.retries();
        await().atMost(LONG).until(() -> reactor.retries() > before + 2);

        cloud.aws().heal();
        awaitWorkingMinion(id);
        assertThat(mailAbout("EC2 answers again")).contains("What to do");
        assertThat(reactor.parked()).noneMatch(text -> text.contains(id));
    }

    @Test
    void aLaunchThatIsGivenUpMeanwhileLosesItsKeyOnceTheMasterIsBack() {
        String id = cloud.launch("web");
        cloud.host().behaveOnce(id, Behaviour.fails(70, "the minion was started, but has made no key"));
        cloud.salt().failOnly("key.delete_dict", 503);
        cloud.salt().put("minions_pre", id, InstanceHost.newMinionKey());
        announceLaunch(id);
        int before = reactor.retries();
        await().atMost(LONG).until(() -> reactor.retries() > before + 1);
        assertThat(reactor.parked()).noneMatch(text -> text.contains(id));

        cloud.salt().heal();
        assertThat(mailAbout(id))
                .contains("has made no key (exit code 70)")
                .containsPattern("Left behind: +no key on the Salt master");
        assertThat(cloud.salt().keys(id)).isEmpty();
        assertThat(reactor.parked().stream().filter(text -> text.contains(id))).hasSize(1);
    }

    /** The last call to salt-api for a launch, so that no other test meets one that succeeds. */
    private void awaitWorkingMinion(String id) {
        awaitMinion(id);
        await().atMost(LONG).until(() -> cloud.salt().calls("test.ping").stream()
                .anyMatch(call -> call.ids().contains(id)));
    }

    private long asked(String id) {
        return cloud.aws().calls("DescribeInstances").stream()
                .filter(call -> call.ids().contains(id))
                .count();
    }
}
