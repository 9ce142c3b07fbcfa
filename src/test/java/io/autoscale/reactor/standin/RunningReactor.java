package io.autoscale.reactor.standin;

import io.autoscale.reactor.Reactor;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.QueueBrowser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;

/** The real reactor in this process, with the project's own routes, among stand-ins. */
public final class RunningReactor implements AutoCloseable {

    public static final String TOPIC = "arn:aws:sns:us-east-1:123456789012:autoscaling";

    public static final String AWS_SECRET = "fake-secret-access-key";

    private final Cloud cloud;
    private final SnsSigner signer;
    private final Main main;
    private final Map<String, String> all;
    private final int port = Ports.free();
    private final int managementPort = Ports.free();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicInteger retries = new AtomicInteger();

    /** @param home an empty directory, or that of a reactor that was stopped */
    public RunningReactor(Path home, Cloud cloud, SnsSigner signer, Map<String, String> settings) {
        this.cloud = cloud;
        this.signer = signer;
        copyRoutes(home);
        awsProperties().forEach(System::setProperty);
        main = Reactor.main(home, Clock.systemUTC());
        main.bind("snsCertificateHttpClient", signer.certificateClient());
        main.configure().addConfiguration(new CamelConfiguration() {
            @Override
            public void configure(CamelContext context) {
                context.getManagementStrategy().addEventNotifier(new Retries());
            }
        });
        all = defaults();
        all.putAll(settings);
        all.forEach(main::addOverrideProperty);
    }

    public RunningReactor start() {
        try {
            main.start();
            return this;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public CamelContext context() {
        return main.getCamelContext();
    }

    /** What it was started with beside the defaults of the program. */
    public Map<String, String> settings() {
        return Map.copyOf(all);
    }

    public URI webhook() {
        return URI.create("http://127.0.0.1:" + port + "/hook/ec2/autoscale");
    }

    public URI management(String path) {
        return URI.create("http://127.0.0.1:" + managementPort + path);
    }

    /** Delivers an announcement as SNS does; returns the status of the answer. */
    public int announce(String message) {
        return deliver(signer.notification(TOPIC, "Auto Scaling", message)).statusCode();
    }

    /** Delivers an announcement under a MessageId of the test's choice; returns the status of the answer. */
    public int announce(String messageId, String message) {
        String now = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
        return deliver(signer.notification(TOPIC, messageId, "Auto Scaling", message, now, "2"))
                .statusCode();
    }

    public HttpResponse<String> deliver(String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(webhook()).POST(HttpRequest.BodyPublishers.ofString(body));
        signer.headers(body).forEach(request::header);
        return send(request.build());
    }

    public HttpResponse<String> get(URI uri) {
        return send(HttpRequest.newBuilder(uri).build());
    }

    /** How often a step was tried again in place, as it was not possible yet or met an outage. */
    public int retries() {
        return retries.get();
    }

    /** The texts on the queue of work that was given up, the oldest first. */
    public List<String> parked() {
        return waiting("parked");
    }

    /** The texts that wait on a queue, the oldest first; without those that are delayed or in hand. */
    public List<String> waiting(String queue) {
        try (ActiveMQConnectionFactory broker =
                        new ActiveMQConnectionFactory(all.getOrDefault("reactor.broker.url", "vm://0"));
                JMSContext jms =
                        broker.createContext(all.get("reactor.broker.username"), all.get("reactor.broker.password"));
                QueueBrowser browser = jms.createBrowser(jms.createQueue(queue))) {
            jms.start();
            List<String> texts = new ArrayList<>();
            Enumeration<?> messages = browser.getEnumeration();
            while (messages.hasMoreElements()) {
                texts.add(((Message) messages.nextElement()).getBody(String.class));
            }
            return texts;
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        main.stop();
        awsProperties().keySet().forEach(System::clearProperty);
    }

    private Map<String, String> defaults() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("camel.server.host", "127.0.0.1");
        settings.put("camel.server.port", String.valueOf(port));
        settings.put("camel.management.port", String.valueOf(managementPort));
        settings.put("reactor.sns.topics", TOPIC);
        settings.put("reactor.aws.region", "us-east-1");
        settings.put("reactor.salt.url", cloud.salt().url().toString());
        settings.put("reactor.salt.username", SaltApi.USER);
        settings.put("reactor.salt.password", SaltApi.PASSWORD);
        settings.put("reactor.salt.eauth", SaltApi.EAUTH);
        settings.put("reactor.ssh.private-key", cloud.privateKey().toString());
        settings.put("reactor.ssh.port", String.valueOf(cloud.host().port()));
        settings.put("reactor.mail.host", "127.0.0.1");
        settings.put("reactor.mail.port", String.valueOf(cloud.mailbox().port()));
        settings.put("reactor.mail.from", "reactor@example.org");
        settings.put("reactor.mail.to", "admin1@example.org; admin2@example.org");
        settings.put("reactor.mail.tls", "none");
        // Tests wait for mails, and have more of them than an hour would.
        settings.put("reactor.mail.pause", "0s");
        settings.put("reactor.mail.per-hour", "1000");
        return settings;
    }

    private Map<String, String> awsProperties() {
        return Map.of(
                "aws.endpointUrl",
                cloud.aws().url().toString(),
                "aws.accessKeyId",
                "AKIAEXAMPLE",
                "aws.secretAccessKey",
                AWS_SECRET);
    }

    private static void copyRoutes(Path home) {
        Path routes = home.resolve("routes");
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            Files.createDirectories(routes);
            for (Path file : files.toList()) {
                Path copy = routes.resolve(file.getFileName());
                if (!Files.exists(copy)) {
                    Files.copy(file, copy);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Retries extends EventNotifierSupport {

        Retries() {
            setupIgnore(true);
            setIgnoreExchangeEvents(false);
            setIgnoreExchangeRedeliveryEvents(false);
            // Camel looks at this one instead.
            setIgnoreExchangeFailedEvents(false);
        }

        @Override
        public void notify(CamelEvent event) {
            if (event instanceof CamelEvent.ExchangeRedeliveryEvent) {
                retries.incrementAndGet();
            }
        }
    }
}
