package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.Work;
import io.autoscale.reactor.failure.InstanceGone;
import io.autoscale.reactor.queue.Waiting;
import io.autoscale.reactor.routes.Sendings.Sent;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TerminateRouteTest extends RoutesTest {

    private static final String BOTH = "[\"" + ID + "\",\"" + OTHER_ID + "\"]";

    @ParameterizedTest
    @ValueSource(strings = {"terminated", "unknown"})
    void theKeyOfAnInstanceThatIsGoneIsDeletedOnceAndForAll(String state) {
        if (!state.equals("unknown")) {
            ec2.instance(ID, state);
        }
        master.key("minions", ID, KEY);

        taken("terminate", event(Work.DELETE_KEY));

        assertThat(master.functions()).containsExactly("key.delete_dict");
        assertThat(master.has("minions", ID)).isFalse();
        assertThat(queues()).containsExactly("topic:gone");
        assertThat(sent("topic:gone").get(0).body()).isEqualTo("[\"" + ID + "\"]");
    }

    @Test
    void theKeyOfAnInstanceThatIsGoingIsDeletedAndLookedAtAgain() {
        ec2.instance(ID, "shutting-down");
        master.key("minions", ID, KEY);
        Event event = event(Work.DELETE_KEY);

        taken("terminate", event);

        assertThat(master.has("minions", ID)).isFalse();
        assertThat(queues()).containsExactly("topic:gone", "terminations");
        Sent later = sent("terminations").get(0);
        assertThat(later.body()).isEqualTo(json(event));
        assertThat(later.headers()).containsEntry("checks", 1);
        assertThat(later.delay()).hasValue(15_000L);
    }

    @Test
    void theKeyOfAnInstanceThatAHookHoldsIsDeletedThoughEc2SaysRunning() {
        ec2.instance(ID, "running");
        ec2.lifecycle(ID, "Terminating:Wait");
        master.key("minions", ID, KEY);

        taken("terminate", event(Work.DELETE_KEY));

        assertThat(master.has("minions", ID)).isFalse();
        assertThat(queues()).containsExactly("topic:gone", "terminations");
    }

    @Test
    void theKeyOfAnInstanceThatRunsStaysAndItIsLookedAtAgain() {
        ec2.instance(ID, "running");
        ec2.lifecycle(ID, "InService");
        master.key("minions", ID, KEY);

        taken("terminate", event(Work.DELETE_KEY));

        assertThat(master.functions()).isEmpty();
        assertThat(queues()).containsExactly("terminations");
    }

    @ParameterizedTest
    @CsvSource({"1,30000", "2,60000", "4,240000", "5,300000"})
    void eachFurtherLookComesLater(int checks, long delay) {
        ec2.instance(ID, "running");

        taken("terminate", json(event(Work.DELETE_KEY)), Map.of("checks", checks));

        assertThat(sent("terminations").get(0).headers()).containsEntry("checks", checks + 1);
        assertThat(sent("terminations").get(0).delay()).hasValue(delay);
    }

    @Test
    void whoLivesOnAtTheLastLookIsTold() {
        ec2.instance(ID, "running");
        master.key("minions", ID, KEY);

        taken("terminate", json(event(Work.DELETE_KEY)), Map.of("checks", 6));

        assertThat(queues()).containsExactly("notices");
        assertThat(notice().kind()).isEqualTo("alive");
        assertThat(notice().subject()).contains(ID);
        assertThat(master.has("minions", ID)).isTrue();
    }

    @Test
    void whatEc2DoesNotKnowBecauseItIsInAnotherRegionKeepsItsKeyAndIsTold() {
        master.key("minions", ID, KEY);
        Event here = event(Work.DELETE_KEY);
        Event elsewhere = new Event(
                here.id(),
                "arn:aws:sns:eu-west-1:123456789012:web",
                here.time(),
                here.kind(),
                here.work(),
                here.instance(),
                here.group(),
                here.detail(),
                here.hook());

        taken("terminate", elsewhere);

        assertThat(queues()).containsExactly("notices");
        assertThat(notice().text()).contains(ID, "region");
        assertThat(master.has("minions", ID)).isTrue();
    }

    @Test
    void theKeyOfALaunchedInstanceThatReturnsToAWarmPoolStays() {
        ec2.instance(ID, "running");
        ec2.lifecycle(ID, "Terminating:Wait");

        taken("terminate", event(Work.BOOTSTRAP));

        assertThat(master.functions()).isEmpty();
        assertThat(queues()).containsExactly("terminations");
    }

    @Test
    void aLaunchedInstanceThatStaysIsNoNews() {
        ec2.instance(ID, "running");

        taken("terminate", json(event(Work.BOOTSTRAP)), Map.of("checks", 6));

        assertThat(queues()).isEmpty();
    }

    @Test
    void allThatWaitShareOneQuestionAndOneDeletionFromAllFourSections() {
        master.key("minions", ID, KEY);
        master.key("minions_denied", OTHER_ID, OTHER_KEY);
        waiting.add(new Waiting.Message(json(event(Work.DELETE_KEY, OTHER_ID)), 0, 0));

        taken("terminate", event(Work.DELETE_KEY));

        assertThat(ec2.questions()).hasSize(1);
        assertThat(master.functions()).containsExactly("key.delete_dict");
        JsonNode match = master.calls("key.delete_dict").get(0).path("match");
        assertThat(match.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("minions", "minions_pre", "minions_rejected", "minions_denied");
        match.forEach(ids -> assertThat(ids).hasToString(BOTH));
        assertThat(queues()).containsExactly("topic:gone");
        assertThat(steps.ids()).contains("let-more-gather");
    }

    @Test
    void aTerminationThatIsAnnouncedTwiceIsDoneOnce() {
        waiting.add(new Waiting.Message(json(event(Work.DELETE_KEY)), 0, 0));

        taken("terminate", event(Work.DELETE_KEY));

        assertThat(master.functions()).containsExactly("key.delete_dict");
        assertThat(master.calls("key.delete_dict").get(0).path("match").path("minions"))
                .hasToString("[\"" + ID + "\"]");
    }

    @Test
    void aTerminationThatIsDeliveredAgainLaterIsDoneAgainWithoutHarm() {
        taken("terminate", event(Work.DELETE_KEY));
        taken("terminate", event(Work.DELETE_KEY));

        assertThat(master.functions()).containsExactly("key.delete_dict", "key.delete_dict");
        assertThat(queues()).containsExactly("topic:gone", "topic:gone");
    }

    @Test
    void whatCannotBeReadIsParkedAndHurtsNoOther() {
        waiting.add(new Waiting.Message("not an event", 0, 0));
        master.key("minions", ID, KEY);

        taken("terminate", event(Work.DELETE_KEY));

        assertThat(master.has("minions", ID)).isFalse();
        assertThat(queues()).containsExactly("topic:gone", "notices", "parked");
        assertThat(sent("parked").get(0).body()).isEqualTo("not an event");
        assertThat(notice().kind()).isEqualTo("unreadable");
        assertThat(notice().subject()).contains("terminations");
    }

    @Test
    void whatCannotBeReadIsParkedEvenAlone() {
        taken("terminate", "", Map.of());

        assertThat(queues()).containsExactly("notices", "parked");
        assertThat(master.functions()).isEmpty();
    }

    @Test
    void anOutageOfTheMasterIsWaitedOut() {
        master.reply("key.delete_dict", 503, "");
        master.reply("key.delete_dict", 503, "");
        master.key("minions", ID, KEY);

        taken("terminate", event(Work.DELETE_KEY));

        assertThat(master.has("minions", ID)).isFalse();
        assertThat(queues()).doesNotContain("terminations", "parked");
    }

    @Test
    void anOutageThatGoesOnPutsEachBackAndCountsNoAttempt() {
        ec2.onQuestion(() -> clock.advance(Duration.ofMinutes(20)));
        for (int i = 0; i < 10; i++) {
            ec2.fail(503, "Unavailable");
        }
        waiting.add(new Waiting.Message(json(event(Work.DELETE_KEY, OTHER_ID)), 0, 2));

        Event event = event(Work.DELETE_KEY);
        taken("terminate", json(event), Map.of());

        assertThat(queues()).containsExactly("terminations", "terminations");
        assertThat(sent("terminations").get(0).body()).isEqualTo(json(event));
        assertThat(sent("terminations").get(0).headers()).containsEntry("attempt", 0);
        assertThat(sent("terminations").get(0).delay()).hasValue(30_000L);
        assertThat(sent("terminations").get(1).body()).contains(OTHER_ID);
        assertThat(sent("terminations").get(1).headers()).containsEntry("attempt", 2);
        assertThat(sent("terminations").get(1).delay()).hasValue(30_000L);
    }

    @Test
    void whatFailsForGoodIsTriedAgainEachByItselfAndThenParkedWithANotice() {
        master.reply("key.delete_dict", 401, "");
        master.reply("key.delete_dict", 401, "");
        waiting.add(new Waiting.Message(json(event(Work.DELETE_KEY, OTHER_ID)), 0, 0));
        waiting.add(new Waiting.Message("not an event", 0, 0));
        Event event = event(Work.DELETE_KEY);

        taken("terminate", json(event), Map.of("attempt", 2));

        assertThat(queues()).containsExactly("topic:gone", "notices", "parked", "terminations", "notices", "parked");
        assertThat(sent("parked").get(0).body()).isEqualTo(json(event));
        assertThat(sent("parked").get(0).headers()).containsEntry("attempt", 3).containsKey("failedAt");
        assertThat((String) sent("parked").get(0).headers().get("failure")).contains("key.delete_dict");
        assertThat(sent("terminations").get(0).body()).contains(OTHER_ID);
        assertThat(sent("parked").get(1).body()).isEqualTo("not an event");
    }

    @Test
    void theNewsThatInstancesAreGoneStopsTheirBootstraps() {
        bootstraps().begin(INSTANCE);

        taken("stop-bootstraps", BOTH, Map.of());

        assertThatThrownBy(() -> bootstraps().checkAlive(INSTANCE)).isInstanceOf(InstanceGone.class);
        bootstraps().end(INSTANCE);
    }

    @Test
    void aBrokerThatIsGoneInTheMiddleOfTheBatchHasItAllBack() {
        brokerGone = true;

        Exchange exchange = in("terminate", json(event(Work.DELETE_KEY)), Map.of());

        assertThat(exchange.getException()).as("all goes back where it was").isNotNull();
        assertThat(queues()).isEmpty();
    }

    @Test
    void aStopOfTheReactorIsNoFailedAttempt() {
        stopping = true;
        master.reply("key.delete_dict", 401, "");
        master.reply("key.delete_dict", 401, "");
        waiting.add(new Waiting.Message(json(event(Work.DELETE_KEY, OTHER_ID)), 0, 0));

        Exchange exchange = in("terminate", json(event(Work.DELETE_KEY)), Map.of());

        assertThat(exchange.getException()).as("both go back where they were").isNotNull();
        assertThat(sent("terminations")).isEmpty();
        assertThat(sent("parked")).isEmpty();
    }
}
