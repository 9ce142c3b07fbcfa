package io.autoscale.reactor.sns;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.autoscale.reactor.queue.Storing;
import io.autoscale.reactor.routes.CrossedSteps;
import io.autoscale.reactor.standin.Ports;
import io.autoscale.reactor.standin.SnsSigner;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.component.mock.MockComponent;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.main.Main;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.model.ConfirmSubscriptionRequest;
import software.amazon.awssdk.services.sns.model.ConfirmSubscriptionResponse;

/** The real intake on a port of its own beside a management server; only the queue and AWS are stand-ins. */
public final class RunningWebhook implements AutoCloseable {

    public static final String PATH = "/hook/ec2/autoscale";
    public static final String TOPIC = "arn:aws:sns:us-east-1:123456789012:web";
    public static final ObjectMapper JSON = JsonMapper.builder()
            .addModules(new Jdk8Module(), new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    final SnsSigner sns;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final int managementPort;
    public final List<ConfirmSubscriptionRequest> confirmed = new CopyOnWriteArrayList<>();
    final AtomicReference<RuntimeException> confirmFailure = new AtomicReference<>();

    private final Main main = new Main();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;

    RunningWebhook(SnsSigner sns) throws Exception {
        this(sns, sns.certificateClient(), settings(SnsSettings.Confirm.AUTO, Set.of("1", "2")));
    }

    public RunningWebhook(SnsSigner sns, SdkHttpClient certificateHost, SnsSettings settings, RoutesBuilder... others)
            throws Exception {
        this(sns, certificateHost, settings, Ports.free(), new WebhookServerFactory(), others);
    }

    RunningWebhook(
            SnsSigner sns,
            SdkHttpClient certificateHost,
            SnsSettings settings,
            int serverPort,
            WebhookServerFactory factory,
            RoutesBuilder... others)
            throws Exception {
        this.sns = sns;
        Clock clock = Clock.systemUTC();
        managementPort = Ports.free();
        main.addInitialProperty("camel.server.enabled", "true");
        main.addInitialProperty("camel.server.host", "127.0.0.1");
        main.addInitialProperty("camel.server.port", Integer.toString(serverPort));
        main.addInitialProperty("camel.management.enabled", "true");
        main.addInitialProperty("camel.management.host", "127.0.0.1");
        main.addInitialProperty("camel.management.port", Integer.toString(managementPort));
        main.addInitialProperty("reactor.webhook.path", PATH);
        main.bind("webhookServerFactory", factory);
        main.bind("crossedSteps", new CrossedSteps(RunningWebhook.class));
        Refusals refusals = new Refusals(meters, clock);
        main.bind("refusals", refusals);
        main.bind("jms", new AnyOptions());
        SnsVerifier verifier =
                new SnsVerifier(settings, new CertificateClient(certificateHost, clock, Duration.ofSeconds(1)), clock);
        main.bind("snsVerifier", verifier);
        main.configure()
                .addRoutesBuilder(new ReceiveRoute(
                        verifier,
                        new Subscriptions(settings, region -> snsClient()),
                        refusals,
                        new Storing(Optional::empty, clock),
                        JSON));
        for (RoutesBuilder other : others) {
            main.configure().addRoutesBuilder(other);
        }
        main.start();
        port = serverPort == 0 ? context().hasService(WebhookServer.class).getPort() : serverPort;
    }

    public static SnsSettings settings(SnsSettings.Confirm confirm, Set<String> versions) {
        return new SnsSettings(PATH, List.of(new TopicArn(TOPIC)), confirm, Duration.ofMinutes(65), versions);
    }

    CamelContext context() {
        return main.getCamelContext();
    }

    public MockEndpoint events() {
        return queue("events");
    }

    public MockEndpoint notices() {
        return queue("notices");
    }

    private MockEndpoint queue(String name) {
        return context().getEndpoint("jms:queue:" + name + "?transacted=false", MockEndpoint.class);
    }

    /** What SNS does with this body. */
    HttpResponse<String> deliver(String body) throws Exception {
        return deliver(body, sns.headers(body));
    }

    HttpResponse<String> deliver(String body, Map<String, String> headers) throws Exception {
        return send("POST", BodyPublishers.ofString(body), headers);
    }

    HttpResponse<String> send(String method, BodyPublisher body, Map<String, String> headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(port, PATH)).method(method, body);
        headers.forEach(request::header);
        return http.send(request.build(), BodyHandlers.ofString());
    }

    int status(int port, String path) throws Exception {
        return http.send(HttpRequest.newBuilder(uri(port, path)).build(), BodyHandlers.ofString())
                .statusCode();
    }

    public int port() {
        return port;
    }

    double refused(int status) {
        return meters.counter(Refusals.COUNTER, "status", Integer.toString(status))
                .count();
    }

    static URI uri(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private SnsClient snsClient() {
        return new SnsClient() {
            @Override
            public ConfirmSubscriptionResponse confirmSubscription(ConfirmSubscriptionRequest request) {
                if (confirmFailure.get() != null) {
                    throw confirmFailure.get();
                }
                confirmed.add(request);
                return ConfirmSubscriptionResponse.builder().build();
            }

            @Override
            public String serviceName() {
                return "sns";
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
    }

    @Override
    public void close() {
        main.stop();
    }

    /** Stands in for camel-jms, whose options it lets pass. */
    private static final class AnyOptions extends MockComponent {
        @Override
        protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
                throws Exception {
            parameters.clear();
            return super.createEndpoint(uri, remaining, parameters);
        }
    }
}
