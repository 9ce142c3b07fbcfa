package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.mail.MailPace;
import io.autoscale.reactor.mail.Notice;
import io.autoscale.reactor.mail.TooSoon;
import io.autoscale.reactor.queue.Waiting;
import io.autoscale.reactor.standin.SettableClock;
import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.spi.Registry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jms.UncategorizedJmsException;

class NotifyRouteTest extends RoutesTest {

    private static final Duration PAUSE = Duration.ofMinutes(1);
    private static final int MOST = 3;

    private final SettableClock mailClock = new SettableClock();
    private MockEndpoint mail;
    private boolean brokerFails;

    /** What happens whenever it is asked whether a mail is due. */
    private Runnable onQuestion = () -> {};

    @Override
    protected void bindToRegistry(Registry registry) {
        super.bindToRegistry(registry);
        registry.bind("mailPace", new MailPace(PAUSE, 12, new AskedClock()));
        registry.bind("waitingNotices", new Waiting(this::nextNotice, MOST));
    }

    private Optional<Waiting.Message> nextNotice() {
        if (brokerFails) {
            throw new UncategorizedJmsException("the broker is gone");
        }
        return Optional.ofNullable(waitingNotices.poll());
    }

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
        brokerFails = false;
        onQuestion = () -> {};
        // No mail in the last hour.
        mailClock.advance(Duration.ofHours(2));
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
        mailClock.advance(PAUSE);
        taken("notify", notice("subject", "text"));

        assertThat(mail.getReceivedCounter()).isEqualTo(2);
    }

    @Test
    void theSecondMailWaitsUntilItIsDueAndTakesWhatCameMeanwhile() {
        taken("notify", notice("first", "text"));
        onQuestion = () -> {
            mailClock.advance(Duration.ofSeconds(20));
            if (waitingNotices.isEmpty()) {
                wait(notice("while it waited", "more text"));
            }
        };

        taken("notify", notice("second", "text"));

        assertThat(steps.ids().stream().filter("check-mail-is-due"::equals)).hasSize(1 + 3);
        assertThat(mail.getReceivedCounter()).isEqualTo(2);
        assertThat(text(1)).contains("second", "while it waited");
        assertThat(queues()).isEmpty();
    }

    @Test
    void aNoticeWhoseMailIsNeverDueGoesBackOnItsQueue() {
        taken("notify", notice("first", "text"));
        onQuestion = () -> clock.advance(Duration.ofMinutes(10));
        wait(notice("third", "text"));

        Exchange second = in("notify", notice("second", "text"), Map.of());

        assertThat(second.getException()).isInstanceOf(TooSoon.class);
        assertThat(mail.getReceivedCounter()).isEqualTo(1);
        assertThat(waitingNotices).hasSize(1);
        assertThat(queues()).isEmpty();
    }

    @Test
    void thoseThatWaitShareAMail() {
        wait(notice("second " + OTHER_ID, "Its text."));
        wait(notice("third", "Another text."));
        wait(notice("for the next mail", "text"));

        taken("notify", notice("first " + ID, "The first text."));

        assertThat(mail.getReceivedCounter()).isEqualTo(1);
        assertThat(mail.getReceivedExchanges().get(0).getMessage().getHeaders())
                .containsEntry("Subject", "EC2 autoscale reactor: 3 notices: 3 gave-up")
                .containsEntry("To", "one@example.org, two@example.org, three@example.org");
        assertThat(text(0))
                .contains("first " + ID, "second " + OTHER_ID, "third")
                .contains("The first text.", "Its text.", "Another text.");
        assertThat(waitingNotices).hasSize(1);
        assertThat(queues()).isEmpty();
    }

    @Test
    void whatIsNoNoticeIsParkedByItselfAndTheOthersAreMailed() {
        wait("not a notice");
        wait("null");

        taken("notify", notice("subject", "text"));

        assertThat(mail.getReceivedExchanges().get(0).getMessage().getHeader("Subject"))
                .isEqualTo("EC2 autoscale reactor: subject");
        assertThat(sent("parked")).extracting(Sendings.Sent::body).containsExactly("not a notice", "null");
        assertThat(queues()).containsExactly("parked", "parked");
    }

    @Test
    void eachNoticeOfAMailThatIsRefusedForGoodIsParkedByItself() {
        mail.whenAnyExchangeReceived(exchange -> {
            throw new MessagingException("552 message too large");
        });
        String first = notice("first", "text");
        String second = notice("second", "text");
        wait(second);

        taken("notify", first);

        assertThat(mail.getReceivedCounter()).isEqualTo(3);
        assertThat(sent("parked")).extracting(Sendings.Sent::body).containsExactly(first, second);
        assertThat(sent("parked"))
                .allSatisfy(parked ->
                        assertThat((String) parked.headers().get("failure")).contains("552"));
        assertThat(steps.ids().stream().filter("log-unmailed"::equals)).hasSize(2);
        assertThat(queues()).hasSize(2);
    }

    @Test
    void aStopOfTheReactorWhileTheMailServerIsAwayParksNothing() {
        stopping = true;
        mail.whenAnyExchangeReceived(exchange -> {
            throw new MessagingException("Got bad greeting");
        });

        Exchange exchange = in("notify", notice("subject", "text"), Map.of());

        assertThat(exchange.getException()).as("all goes back where it was").isNotNull();
        assertThat(queues()).isEmpty();
    }

    @Test
    void aMailThatWasRefusedDelaysNoOther() {
        mail.whenExchangeReceived(1, exchange -> {
            throw new MessagingException("Connection refused");
        });

        taken("notify", notice("subject", "text"));
        mailClock.advance(PAUSE);
        taken("notify", notice("subject", "text"));

        assertThat(mail.getReceivedCounter()).isEqualTo(1 + 2);
    }

    @Test
    void whereTheBrokerFailsAllGoBackOnTheQueue() {
        brokerFails = true;

        Exchange exchange = in("notify", notice("subject", "text"), Map.of());

        assertThat(exchange.getException()).isNotNull();
        assertThat(mail.getReceivedCounter()).isZero();
        assertThat(steps.ids().stream().filter("take-waiting-notices"::equals)).hasSize(1);
        assertThat(queues()).isEmpty();
    }

    private void wait(String message) {
        waitingNotices.add(new Waiting.Message(message, 0, 0));
    }

    private String text(int mailed) {
        return mail.getReceivedExchanges().get(mailed).getMessage().getBody(String.class);
    }

    private void taken(String route, String body) {
        taken(route, body, Map.of());
    }

    private String notice(String subject, String text) {
        return toJson(new Notice(
                "gave-up", "EC2 autoscale reactor: " + subject, text, Optional.of(INSTANCE), "web", clock.instant()));
    }

    private final class AskedClock extends Clock {

        @Override
        public Instant instant() {
            onQuestion.run();
            return mailClock.instant();
        }

        @Override
        public ZoneId getZone() {
            return mailClock.getZone();
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
