package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.mail.Notice;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NotifyToLogRouteTest extends RoutesTest {

    @Test
    void withoutAMailHostANoticeGoesToTheLog() {
        Notice notice = new Notice("gave-up", "subject", "text", Optional.of(INSTANCE), "web", clock.instant());

        taken("notify", toJson(notice), Map.of());

        assertThat(steps.ids()).contains("log-notice").doesNotContain("mail-notice");
        assertThat(queues()).isEmpty();
    }
}
