package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.mail.Notice;
import io.autoscale.reactor.queue.Waiting;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NotifyToLogRouteTest extends RoutesTest {

    @Test
    void withoutAMailHostEachNoticeGoesToTheLogAtOnce() {
        waitingNotices.add(new Waiting.Message(toJson(aNotice()), 0, 0));

        taken("notify", toJson(aNotice()), Map.of());
        taken("notify", toJson(aNotice()), Map.of());

        assertThat(steps.ids().stream().filter("log-notice"::equals)).hasSize(3);
        assertThat(steps.ids()).doesNotContain("check-mail-is-due", "send-mail");
        assertThat(queues()).isEmpty();
    }

    private Notice aNotice() {
        return new Notice("gave-up", "subject", "text", Optional.of(INSTANCE), "web", clock.instant());
    }
}
