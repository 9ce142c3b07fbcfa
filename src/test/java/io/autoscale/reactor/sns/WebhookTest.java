package io.autoscale.reactor.sns;

import static io.autoscale.reactor.sns.RunningWebhook.JSON;
import static io.autoscale.reactor.sns.RunningWebhook.TOPIC;
import static io.autoscale.reactor.sns.RunningWebhook.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.Work;
import io.autoscale.reactor.mail.Notice;
import io.autoscale.reactor.sns.SnsSettings.Confirm;
import io.autoscale.reactor.standin.Ports;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.apache.camel.support.service.ServiceSupport;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sns.model.AuthorizationErrorException;

/** What takes a webhook of its own: other settings, another certificate, a start watched. */
class WebhookTest {

    private static final String TEST = "{\"Event\":\"autoscaling:TEST_NOTIFICATION\"}";

    private final SnsSigner sns = new SnsSigner("us-east-1", Clock.systemUTC());

    @Test
    void fromTheMomentThePortListensUntilTheRouteRunsTheAnswerIs503() throws Exception {
        int port = Ports.free();
        AtomicInteger whileStarting = new AtomicInteger();
        RouteBuilder first = new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:first")
                        .startupOrder(1)
                        .process(new OnStart(() -> whileStarting.set(post(port).statusCode())));
            }
        };
        try (RunningWebhook webhook = new RunningWebhook(
                sns,
                sns.certificateClient(),
                settings(Confirm.AUTO, Set.of("2")),
                port,
                new WebhookServerFactory(),
                first)) {
            assertThat(whileStarting).hasValue(503);
            assertThat(webhook.deliver(sns.notification(TOPIC, null, TEST)).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void whileItStopsWhatIsInHandIsFinishedAndTheRestIsAnswered503() throws Exception {
        CountDownLatch inHand = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (RunningWebhook webhook = new RunningWebhook(sns)) {
            webhook.events().whenAnyExchangeReceived(exchange -> {
                inHand.countDown();
                goOn.await();
            });
            String body = sns.notification(TOPIC, null, TEST);
            FutureTask<HttpResponse<String>> first = background(() -> webhook.deliver(body));
            inHand.await();
            FutureTask<Void> stop = background(() -> {
                webhook.context().stop();
                return null;
            });
            try {
                await().until(() -> webhook.context().isStopping());
                assertThat(webhook.deliver(body).statusCode()).isEqualTo(503);
            } finally {
                goOn.countDown();
            }
            assertThat(first.get().statusCode()).isEqualTo(200);
            stop.get();
        }
    }

    @Test
    void stoppedItLeavesNoThreadBehind() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        new RunningWebhook(sns).close();
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .noneMatch(thread -> thread.getName().startsWith("vert")));
    }

    @Test
    void whatIsTooMuchAtOnceIsAnswered429() throws Exception {
        CountDownLatch inHand = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (RunningWebhook webhook = new RunningWebhook(
                sns,
                sns.certificateClient(),
                settings(Confirm.AUTO, Set.of("2")),
                Ports.free(),
                new WebhookServerFactory(
                        new Connections.Limits(1, 100, Duration.ofSeconds(10), Duration.ofSeconds(10))))) {
            webhook.events().whenAnyExchangeReceived(exchange -> {
                inHand.countDown();
                goOn.await();
            });
            String body = sns.notification(TOPIC, null, TEST);
            FutureTask<HttpResponse<String>> first = background(() -> webhook.deliver(body));
            inHand.await();
            try {
                HttpResponse<String> second = webhook.deliver(body);
                assertThat(second.statusCode()).isEqualTo(429);
                assertThat(second.body()).startsWith("Put off a delivery: too many");
            } finally {
                goOn.countDown();
            }
            assertThat(first.get().statusCode()).isEqualTo(200);
            await().untilAsserted(
                            () -> assertThat(webhook.deliver(body).statusCode()).isEqualTo(200));
        }
    }

    @Test
    void aPortChosenByTheSystemServesTheWebhook() throws Exception {
        try (RunningWebhook webhook = new RunningWebhook(
                sns, sns.certificateClient(), settings(Confirm.AUTO, Set.of("2")), 0, new WebhookServerFactory())) {
            assertThat(webhook.port()).isPositive();
            assertThat(webhook.deliver(sns.notification(TOPIC, null, TEST)).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void noRouteConfigurationChangesWhatIsAnswered() throws Exception {
        RouteConfigurationBuilder hostile = new RouteConfigurationBuilder() {
            @Override
            public void configuration() {
                routeConfiguration().onException(Exception.class).handled(true).setBody(constant("let in"));
                routeConfiguration("any").onException(Rejected.class).continued(true);
            }
        };
        try (RunningWebhook webhook =
                new RunningWebhook(sns, sns.certificateClient(), settings(Confirm.AUTO, Set.of("2")), hostile)) {
            Map<String, String> fields = SnsSigner.fields(sns.notification(TOPIC, null, TEST));
            fields.put("Message", "forged");
            HttpResponse<String> answer = webhook.deliver(SnsSigner.json(fields));
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).startsWith("Refused delivery ");
            assertThat(webhook.events().getExchanges()).isEmpty();
        }
    }

    @Test
    void inMailModeALinkIsMailedAndNothingIsConfirmed() throws Exception {
        try (RunningWebhook webhook =
                new RunningWebhook(sns, sns.certificateClient(), settings(Confirm.MAIL, Set.of("2")))) {
            String body = sns.subscriptionConfirmation(TOPIC, "token");
            assertThat(webhook.deliver(body).statusCode()).isEqualTo(200);
            assertThat(webhook.confirmed).isEmpty();
            String stored = webhook.events().getExchanges().get(0).getMessage().getBody(String.class);
            Event event = JSON.readValue(stored, Event.class);
            assertThat(event.work()).isEqualTo(Work.NOTIFY);
            assertThat(event.detail()).contains(SnsSigner.fields(body).get("SubscribeURL"));
        }
    }

    @Test
    void aSignatureVersionThatIsSwitchedOffIsAnswered403() throws Exception {
        try (RunningWebhook webhook =
                new RunningWebhook(sns, sns.certificateClient(), settings(Confirm.AUTO, Set.of("2")))) {
            String body = sns.notification(TOPIC, "id", null, TEST, ReceiveRouteTest.timestamp(Instant.now()), "1");
            assertThat(webhook.deliver(body).statusCode()).isEqualTo(403);
            assertThat(sns.fetched()).isEmpty();
        }
    }

    @Test
    void aCertificateThatCannotBeBelievedIsAnswered403() throws Exception {
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        Duration year = Duration.ofDays(365);
        List<SnsSigner> signers = List.of(
                signer("RSA", "sns.us-east-1.evil.example", yesterday, year),
                signer("RSA", "sns-cn-north-1.amazonaws.com.cn", yesterday, year),
                signer("RSA", "sns.amazonaws.com", yesterday, Duration.ofHours(1)),
                signer("RSA", "sns.amazonaws.com", Instant.now().plus(Duration.ofDays(1)), year),
                signer("EC", "sns.amazonaws.com", yesterday, year));
        Map<URI, String> certificates =
                signers.stream().collect(Collectors.toMap(SnsSigner::certificateUrl, SnsSigner::certificate));
        SdkHttpClient host = host(uri -> SnsSigner.answer(200, certificates.get(uri)));
        try (RunningWebhook webhook = new RunningWebhook(sns, host, settings(Confirm.AUTO, Set.of("2")))) {
            for (SnsSigner signer : signers) {
                HttpResponse<String> answer = webhook.deliver(signer.notification(TOPIC, null, TEST));
                assertThat(answer.statusCode()).isEqualTo(403);
                assertThat(answer.body()).contains("its certificate is not acceptable");
            }
            assertThat(webhook.events().getExchanges()).isEmpty();
        }
    }

    @Test
    void aCertificateHostThatIsAwayIsAnswered503() throws Exception {
        try (RunningWebhook webhook =
                new RunningWebhook(sns, host(WebhookTest::away), settings(Confirm.AUTO, Set.of("2")))) {
            HttpResponse<String> answer = webhook.deliver(sns.notification(TOPIC, null, TEST));
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).hasLineCount(1).contains("sns.us-east-1.amazonaws.com");
        }
    }

    @Test
    void aSubscriptionThatCannotBeConfirmedIsAnswered503AndNamesThePermission() throws Exception {
        try (RunningWebhook webhook = new RunningWebhook(sns)) {
            webhook.confirmFailure.set(AuthorizationErrorException.builder()
                    .statusCode(403)
                    .awsErrorDetails(AwsErrorDetails.builder()
                            .errorCode("AuthorizationError")
                            .build())
                    .build());
            String body = sns.subscriptionConfirmation(TOPIC, "secret-token");
            HttpResponse<String> answer = webhook.deliver(body);
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("sns:ConfirmSubscription").doesNotContain("secret-token");
            webhook.confirmFailure.set(null);
            assertThat(webhook.deliver(body).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aRefusalOfTheRouteAndOfTheDoorIsToldToTheAdministrators() throws Exception {
        try (RunningWebhook webhook = new RunningWebhook(sns)) {
            webhook.send("PUT", BodyPublishers.noBody(), Map.of());
            String body = sns.notification("arn:aws:sns:us-east-1:999999999999:other", null, TEST);
            webhook.deliver(body);
            await().untilAsserted(
                            () -> assertThat(webhook.notices().getExchanges()).hasSize(2));
            assertThat(webhook.notices().getExchanges())
                    .map(exchange -> JSON.readValue(exchange.getMessage().getBody(String.class), Notice.class)
                            .text())
                    .anyMatch(text -> text.contains("405"))
                    .anyMatch(text -> text.contains("arn:aws:sns:us-east-1:999999999999:other"));
        }
    }

    @Test
    void aNoticeThatCannotBeQueuedChangesNoAnswer() throws Exception {
        try (RunningWebhook webhook = new RunningWebhook(sns)) {
            webhook.notices().whenAnyExchangeReceived(exchange -> {
                throw new IllegalStateException("no broker");
            });
            assertThat(webhook.deliver("{}", Map.of("Content-Type", "text/plain"))
                            .statusCode())
                    .isEqualTo(400);
            await().untilAsserted(
                            () -> assertThat(webhook.notices().getExchanges()).hasSize(1));
        }
    }

    private static SnsSigner signer(String algorithm, String name, Instant notBefore, Duration validity) {
        return new SnsSigner(Region.US_EAST_1, Clock.systemUTC(), algorithm, name, notBefore, validity);
    }

    private static <T> FutureTask<T> background(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        new Thread(future, "background").start();
        return future;
    }

    private static HttpResponse<String> post(int port) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(RunningWebhook.uri(port, RunningWebhook.PATH))
                                .header("Content-Type", "text/plain")
                                .POST(BodyPublishers.ofString("{}"))
                                .build(),
                        BodyHandlers.ofString());
    }

    private static HttpExecuteResponse away(URI uri) throws IOException {
        throw new IOException("Connection refused: " + uri.getHost());
    }

    private static SdkHttpClient host(Host host) {
        return new SdkHttpClient() {
            @Override
            public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
                return new ExecutableHttpRequest() {
                    @Override
                    public HttpExecuteResponse call() throws IOException {
                        return host.answer(request.httpRequest().getUri());
                    }

                    @Override
                    public void abort() {
                        // The answer is there at once.
                    }
                };
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
    }

    private interface Host {
        HttpExecuteResponse answer(URI uri) throws IOException;
    }

    /** Does something while the routes start. */
    private static final class OnStart extends ServiceSupport implements Processor {
        private final Action action;

        OnStart(Action action) {
            this.action = action;
        }

        @Override
        protected void doStart() throws Exception {
            action.call();
        }

        @Override
        public void process(Exchange exchange) {
            // Nothing comes here.
        }

        interface Action {
            void call() throws Exception;
        }
    }
}
