package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.Work;
import io.autoscale.reactor.failure.Outage;
import io.autoscale.reactor.failure.Outages;
import io.autoscale.reactor.routes.Sendings.Sent;
import io.autoscale.reactor.ssh.HostKeyMismatch;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ErrorsRouteTest extends RoutesTest {

    private static final Map<String, Object> GIVEN_UP =
            Map.of("launchAttempts", 3, "failure", "Salt could not be installed.");

    @Test
    void anInstanceThatIsGivenUpKeepsNoKeyAndNoRunningMinion() {
        ec2.instance(ID, "running");
        host.ends("stop", 0, "", "");
        master.key("minions", ID, KEY);
        master.key("minions_denied", ID, OTHER_KEY);
        Event event = event(Work.BOOTSTRAP);

        taken("give-up", json(event), GIVEN_UP);

        assertThat(host.actions()).containsExactly("stop");
        assertThat(master.functions()).containsExactly("key.delete_dict");
        assertThat(master.has("minions", ID)).isFalse();
        assertThat(master.has("minions_denied", ID)).isFalse();
        assertThat(queues()).containsExactly("notices", "parked");
        assertThat(sent("parked").get(0).body()).isEqualTo(json(event));
        assertThat(sent("parked").get(0).headers())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "attempt",
                        3,
                        "failure",
                        "Salt could not be installed.",
                        "failedAt",
                        clock.instant().toString()));
        assertThat(notice().kind()).isEqualTo("gave-up");
        assertThat(notice().text())
                .contains(ID, "Salt could not be installed.", "no key on the Salt master", "bin/reactor replay " + ID);
    }

    @Test
    void anInstanceThatCannotBeReachedLosesItsKeyAllTheSame() {
        ec2.instance(ID, "terminated");
        master.key("minions", ID, KEY);

        taken("give-up", json(event(Work.BOOTSTRAP)), GIVEN_UP);

        assertThat(host.actions()).isEmpty();
        assertThat(master.has("minions", ID)).isFalse();
        assertThat(queues()).containsExactly("notices", "parked");
        assertThat(notice().text()).contains("was not reached to stop its minion");
    }

    @Test
    void whoWasNotProvenToBeTheInstanceIsNotTalkedToAgainAndToldInAWayOfItsOwn() {
        ec2.instance(ID, "running");
        host.ends("stop", 0, "", "");
        master.key("minions", ID, KEY);
        Map<String, Object> headers = new HashMap<>(GIVEN_UP);
        headers.put("failureKind", "host-key-mismatch");
        headers.put("failure", "SSH 10.0.3.7:22 is not proven to be " + ID + ".");

        taken("give-up", json(event(Work.BOOTSTRAP)), headers);

        assertThat(host.actions()).isEmpty();
        assertThat(master.has("minions", ID)).isFalse();
        assertThat(queues()).containsExactly("notices", "parked");
        assertThat(notice().kind()).isEqualTo("host-key-mismatch");
        assertThat(notice().subject())
                .endsWith(": host key mismatch " + ID + " (group web)")
                .doesNotContain("bootstrap failed");
        assertThat(notice().text())
                .contains("is not proven to be " + ID, "Find out who answers", "bin/reactor replay " + ID);
    }

    @Test
    void aGiveUpThatFailsStillKnowsThatTheHostWasNotProven() {
        ec2.instance(ID, "running");
        denyDeletion();
        Map<String, Object> headers = new HashMap<>(GIVEN_UP);
        headers.put("failureKind", "host-key-mismatch");

        taken("give-up", json(event(Work.BOOTSTRAP)), headers);

        assertThat(sent("give-ups").get(0).headers()).containsAllEntriesOf(headers);
    }

    @Test
    void aHostThatIsNotProvenAnyMoreWhenItsMinionIsToBeStoppedIsToldAsThat() {
        ec2.instance(ID, "running");
        host.onCommand(() -> sneaky(new HostKeyMismatch("it showed the host key SHA256:other")));

        taken("give-up", json(event(Work.BOOTSTRAP)), GIVEN_UP);

        assertThat(notice().kind()).isEqualTo("host-key-mismatch");
        assertThat(notice().text()).contains("Salt could not be installed.", "it showed the host key SHA256:other");
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void sneaky(Exception e) throws E {
        throw (E) e;
    }

    @Test
    void aGiveUpWaitsOutAnOutageOfTheMaster() {
        ec2.instance(ID, "running");
        master.reply("key.delete_dict", 503, "");
        master.key("minions", ID, KEY);

        taken("give-up", json(event(Work.BOOTSTRAP)), GIVEN_UP);

        assertThat(master.has("minions", ID)).isFalse();
        assertThat(queues()).containsExactly("notices", "parked");
    }

    @Test
    void aGiveUpThatFailsIsTriedAgainWithWhatItCarries() {
        ec2.instance(ID, "running");
        denyDeletion();
        Event event = event(Work.BOOTSTRAP);

        taken("give-up", json(event), GIVEN_UP);

        assertThat(queues()).containsExactly("give-ups");
        assertThat(sent("give-ups").get(0).body()).isEqualTo(json(event));
        assertThat(sent("give-ups").get(0).headers())
                .containsAllEntriesOf(GIVEN_UP)
                .containsEntry("attempt", 1);
        assertThat(sent("give-ups").get(0).delay()).hasValue(30_000L);
    }

    @Test
    void aGiveUpThatKeepsFailingIsParkedAndToldWhatMayBeLeft() {
        ec2.instance(ID, "running");
        denyDeletion();
        Event event = event(Work.BOOTSTRAP);
        Map<String, Object> headers = new HashMap<>(GIVEN_UP);
        headers.put("attempt", 2);

        taken("give-up", json(event), headers);

        assertThat(queues()).containsExactly("notices", "parked");
        assertThat(sent("parked").get(0).body()).isEqualTo(json(event));
        assertThat(sent("parked").get(0).headers())
                .containsEntry("attempt", 3)
                .containsEntry("failure", "Salt could not be installed.");
        assertThat(notice().text())
                .containsPattern("Attempts: +3")
                .containsPattern("What failed: +Salt could not be installed.")
                .containsPattern(
                        "Left behind: +perhaps the instance's key .*tidying up failed 3 times.*key.delete_dict");
    }

    @Test
    void aGiveUpThatMeetsALongOutageWaitsUncounted() {
        ec2.instance(ID, "running");
        ec2.onQuestion(() -> clock.advance(Duration.ofMinutes(2)));
        for (int i = 0; i < 10; i++) {
            ec2.fail(503, "Unavailable");
        }

        taken("give-up", json(event(Work.BOOTSTRAP)), GIVEN_UP);

        assertThat(queues()).containsExactly("give-ups");
        assertThat(sent("give-ups").get(0).headers())
                .containsAllEntriesOf(GIVEN_UP)
                .containsEntry("attempt", 0);
        assertThat(host.actions()).isEmpty();
    }

    @Test
    void anOutageIsToldWhenItGoesOnAndWhenItIsOver() {
        Outages outages = bean("outages", Outages.class);
        outages.met(new Outage("salt-api", "salt-api at http://salt:8000 does not answer: Connection refused"));
        in("watch-outages", "", Map.of());
        assertThat(queues()).isEmpty();

        clock.advance(Duration.ofMinutes(5));
        in("watch-outages", "", Map.of());
        in("watch-outages", "", Map.of());
        assertThat(notice().kind()).isEqualTo("outage");
        assertThat(notice().subject()).endsWith(": salt-api does not answer");
        assertThat(notice().text()).contains("Connection refused", "nothing is lost", "See to salt-api.");

        sendings.clear();
        outages.answered("salt-api");
        in("watch-outages", "", Map.of());
        assertThat(notice().kind()).isEqualTo("outage-over");
        assertThat(notice().subject()).endsWith(": salt-api answers again");
    }

    @Test
    void aGiveUpOfAnInstanceInHandIsPutBackWithWhatItCarries() {
        bootstraps().begin(INSTANCE);
        Event event = event(Work.BOOTSTRAP);

        taken("give-up", json(event), GIVEN_UP);

        assertThat(queues()).containsExactly("give-ups");
        Sent back = sent("give-ups").get(0);
        assertThat(back.body()).isEqualTo(json(event));
        assertThat(new HashMap<>(back.headers())).containsAllEntriesOf(GIVEN_UP);
        assertThat(back.delay()).hasValue(10_000L);
        bootstraps().end(INSTANCE);
    }

    @Test
    void whatCannotBeReadAmongTheGiveUpsIsParkedWithANotice() {
        taken("give-up", "not an event", GIVEN_UP);

        assertThat(queues()).containsExactly("notices", "parked");
        assertThat(sent("parked").get(0).body()).isEqualTo("not an event");
        assertThat(notice().kind()).isEqualTo("unreadable");
    }

    @Test
    void aGiveUpThatIsDeliveredTwiceDoesNoHarm() {
        ec2.instance(ID, "running");

        taken("give-up", json(event(Work.BOOTSTRAP)), GIVEN_UP);
        taken("give-up", json(event(Work.BOOTSTRAP)), GIVEN_UP);

        assertThat(sent("parked")).hasSize(2);
        assertThat(master.functions()).containsExactly("key.delete_dict", "key.delete_dict");
    }

    private void denyDeletion() {
        master.reply("key.delete_dict", 401, "");
        master.reply("key.delete_dict", 401, "");
    }
}
