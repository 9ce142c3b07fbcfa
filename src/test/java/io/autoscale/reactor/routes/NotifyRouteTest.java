package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.mail.Notice;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.component.mock.MockEndpoint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NotifyRouteTest extends RoutesTest {

    private MockEndpoint mail;

    @Override
    String[] settings() {
        return new String[] {
            "reactor.mail.host", "mail.example.org",
            "reactor.mail.from", "reactor@example.org",
            "reactor.mail.to", "one@example.org, two@example.org;three@example.org"
        };
    }

    @BeforeEach
    void mailServer() {
        mail = getMockEndpoint("mock:smtp:mail.example.org:587");
    }

    @Test
    void aNoticeIsMailedToAllAdministrators() {
        taken("notify", notice("bootstrap failed", "What to do: look."));

        assertThat(mail.getReceivedExchanges()).hasSize(1);
        Exchange sent = mail.getReceivedExchanges().get(0);
        assertThat(sent.getMessage().getHeaders())
                .containsEntry("Subject", "EC2 autoscale reactor: bootstrap failed")
                .containsEntry("From", "reactor@example.org")
                .containsEntry("To", "one@example.org, two@example.org, three@example.org");
        assertThat(sent.getMessage().getBody(String.class)).isEqualTo("What to do: look.");
        assertThat(queues()).isEmpty();
    }

    @Test
    void aSubjectIsOneLineWhateverIsInIt() {
        taken("notify", notice("evil\r\nBcc: victim@example.org", "text"));

        assertThat(mail.getReceivedExchanges().get(0).getMessage().getHeader("Subject", String.class))
                .doesNotContain("\r", "\n");
    }

    @Test
    void aMailServerThatIsAwayIsTriedAgain() {
        mail.whenExchangeReceived(1, exchange -> {
            throw new jakarta.mail.MessagingException("Connection refused");
        });

        taken("notify", notice("subject", "text"));

        assertThat(mail.getReceivedCounter()).isEqualTo(2);
        assertThat(queues()).isEmpty();
    }

    @Test
    void aNoticeThatIsRefusedForGoodIsParkedAsItCame() {
        mail.whenAnyExchangeReceived(exchange -> {
            throw new jakarta.mail.MessagingException("550 no such user");
        });
        String notice = notice("subject", "text");

        taken("notify", notice);

        assertThat(mail.getReceivedCounter()).isEqualTo(3);
        assertThat(queues()).containsExactly("parked");
        assertThat(sent("parked").get(0).body()).isEqualTo(notice);
        assertThat((String) sent("parked").get(0).headers().get("failure")).contains("550 no such user");
        assertThat(steps.ids()).contains("log-unmailed");
    }

    @Test
    void whatIsNoNoticeIsParked() {
        taken("notify", "not a notice");

        assertThat(mail.getReceivedCounter()).isZero();
        assertThat(queues()).containsExactly("parked");
        assertThat(sent("parked").get(0).body()).isEqualTo("not a notice");
    }

    @Test
    void aNoticeThatIsDeliveredTwiceIsMailedTwice() {
        taken("notify", notice("subject", "text"));
        taken("notify", notice("subject", "text"));

        assertThat(mail.getReceivedCounter()).isEqualTo(2);
    }

    private void taken(String route, String body) {
        taken(route, body, Map.of());
    }

    private String notice(String subject, String text) {
        return toJson(new Notice(
                "gave-up", "EC2 autoscale reactor: " + subject, text, Optional.of(INSTANCE), "web", clock.instant()));
    }
}
