package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.mail.Notice;
import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
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
            throw new MessagingException("Connection refused");
        });

        taken("notify", notice("subject", "text"));

        assertThat(mail.getReceivedCounter()).isEqualTo(2);
        assertThat(queues()).isEmpty();
    }

    @Test
    void aNoticeThatIsRefusedForGoodIsParkedAsItCame() {
        mail.whenAnyExchangeReceived(exchange -> {
            throw new MessagingException("550 no such user");
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
    void aNoticeThatSomeHaveIsNotMailedToThemAgainForOneWhoWasRefused() {
        mail.whenAnyExchangeReceived(exchange -> {
            throw refused(addresses("one@example.org"), addresses("two@example.org"));
        });

        taken("notify", notice("subject", "text"));

        assertThat(mail.getReceivedCounter()).isEqualTo(1);
        assertThat(steps.ids()).contains("log-refused");
        assertThat(queues()).isEmpty();
    }

    @Test
    void aNoticeThatNobodyHasIsTriedAgainAndParked() {
        mail.whenAnyExchangeReceived(exchange -> {
            throw refused(addresses(), addresses("one@example.org", "two@example.org"));
        });

        taken("notify", notice("subject", "text"));

        assertThat(mail.getReceivedCounter()).isEqualTo(3);
        assertThat(queues()).containsExactly("parked");
    }

    private static SendFailedException refused(Address[] sent, Address[] invalid) {
        return new SendFailedException("550 no such user", null, sent, addresses(), invalid);
    }

    private static Address[] addresses(String... addresses) {
        return Stream.of(addresses)
                .map(address -> {
                    try {
                        return new InternetAddress(address);
                    } catch (AddressException e) {
                        throw new IllegalArgumentException(e);
                    }
                })
                .toArray(Address[]::new);
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
