package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.Work;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DispatchRouteTest extends RoutesTest {

    @Test
    void aLaunchGoesOnTheQueueOfLaunchesAsItCame() {
        Event event = event(Work.BOOTSTRAP);

        taken("dispatch", event);

        assertThat(queues()).containsExactly("launches");
        assertThat(sent("launches").get(0).body()).isEqualTo(json(event));
    }

    @Test
    void aTerminationGoesOnTheQueueOfTerminationsAsItCame() {
        Event event = event(Work.DELETE_KEY);

        taken("dispatch", event);

        assertThat(queues()).containsExactly("terminations");
        assertThat(sent("terminations").get(0).body()).isEqualTo(json(event));
    }

    @Test
    void whatAPersonHasToLookAtBecomesANotice() {
        taken("dispatch", event(Work.NOTIFY));

        assertThat(queues()).containsExactly("notices");
        assertThat(notice().kind()).isEqualTo("announced");
        assertThat(notice().text()).contains(ID, "web");
    }

    @Test
    void whatAsksForNothingIsOver() {
        taken("dispatch", event(Work.NOTHING));

        assertThat(queues()).isEmpty();
        assertThat(steps.ids()).contains("log-event");
    }

    @Test
    void anEventThatComesTwiceIsPassedOnTwice() {
        Event event = event(Work.BOOTSTRAP);

        taken("dispatch", event);
        taken("dispatch", event);

        assertThat(queues()).containsExactly("launches", "launches");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not JSON", "{}", "null", "{\"work\":\"BOOTSTRAP\"}", "[]"})
    void whatCannotBeReadIsParkedWithANoticeAndNeverPutBack(String body) {
        taken("dispatch", body, Map.of());

        assertThat(queues()).containsExactlyInAnyOrder("notices", "parked");
        assertThat(sent("parked").get(0).body()).isEqualTo(body);
        assertThat(sent("parked").get(0).headers()).containsKeys("failure", "failedAt");
        assertThat(notice().kind()).isEqualTo("unreadable");
        assertThat(notice().subject()).contains("events");
    }
}
