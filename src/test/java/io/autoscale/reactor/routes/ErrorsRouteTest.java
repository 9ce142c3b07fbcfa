package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.Work;
import io.autoscale.reactor.routes.Sendings.Sent;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ErrorsRouteTest extends RoutesTest {

    private static final Map<String, Object> GIVEN_UP = Map.of("attempt", 3, "failure", "Salt could not be installed.");

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
    void aGiveUpWaitsOutAnOutageOfTheMaster() {
        ec2.instance(ID, "running");
        master.reply("key.delete_dict", 503, "");
        master.key("minions", ID, KEY);

        taken("give-up", json(event(Work.BOOTSTRAP)), GIVEN_UP);

        assertThat(master.has("minions", ID)).isFalse();
        assertThat(queues()).containsExactly("notices", "parked");
    }

    @Test
    void aGiveUpThatFailsItselfIsParkedAndToldThatAKeyMayBeLeft() {
        ec2.instance(ID, "running");
        master.reply("key.delete_dict", 401, "");
        master.reply("key.delete_dict", 401, "");
        Event event = event(Work.BOOTSTRAP);

        taken("give-up", json(event), GIVEN_UP);

        assertThat(queues()).containsExactly("notices", "parked");
        assertThat(sent("parked").get(0).body()).isEqualTo(json(event));
        assertThat(notice().text()).contains("may still stand on the Salt master", "key.delete_dict");
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
        assertThat(back.delay()).hasValue(30_000L);
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
}
