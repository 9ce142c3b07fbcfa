package io.autoscale.reactor.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.App;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.Ports;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SaltApi;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSProducer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How the program ends, as a process of its own. */
@Timeout(180)
class ProcessTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Pattern IN_HAND =
            Pattern.compile("(?m)^camel_exchanges_inflight\\{[^}]*routeId=\"terminate\"[^}]*} 1\\.0");
    private static final String URL = "vm://0";

    @TempDir
    Path home;

    private final int port = Ports.free();
    private final int managementPort = Ports.free();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Process> processes = new ArrayList<>();
    private Cloud cloud;

    @BeforeEach
    void start() {
        cloud = new Cloud(home);
    }

    @AfterEach
    void stop() throws Exception {
        processes.forEach(Process::destroyForcibly);
        cloud.close();
    }

    @Test
    void toldToStopItPutsDeliveriesOffAtOnceEndsTheWorkInHandAndReturnsZero() throws Exception {
        String id = cloud.launch("web");
        cloud.gone(id);
        withBroker(context -> context.createProducer()
                .send(
                        context.createQueue("terminations"),
                        "{\"id\":\"1\",\"topic\":\"" + RunningReactor.TOPIC + "\",\"time\":\"2026-01-01T00:00:00Z\","
                                + "\"kind\":\"autoscaling:EC2_INSTANCE_TERMINATE\",\"work\":\"DELETE_KEY\",\"instance\":\""
                                + id + "\",\"group\":\"web\",\"detail\":\"\"}"));
        cloud.aws().hang(Duration.ofSeconds(8));
        Process reactor = run("");
        await().atMost(LONG).ignoreExceptions().until(() -> IN_HAND.matcher(metrics())
                .find());

        reactor.destroy();
        await().atMost(Duration.ofSeconds(5)).until(() -> post() == 503);

        assertThat(reactor.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(reactor.exitValue()).isZero();
    }

    @Test
    void itWritesNothingOutsideItsHome() throws Exception {
        run("");
        await().atMost(LONG).ignoreExceptions().until(() -> post() == 400);

        assertThat(home.resolve("tmp")).isEmptyDirectory();
        try (var files = Files.list(home)) {
            assertThat(files.map(home::relativize).map(Path::toString))
                    .containsExactlyInAnyOrder("data", "instances.key", "output", "routes", "tmp");
        }
    }

    @Test
    void whatCannotBeReadStopsTheStart() throws Exception {
        withBroker(context -> {});
        Path file = home.resolve("data/journal/activemq-data-1.amq");
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.writeInt(4711);
        }

        Process reactor = run("");

        assertThat(reactor.waitFor(180, TimeUnit.SECONDS)).isTrue();
        assertThat(reactor.exitValue()).isEqualTo(1);
        assertThat(output()).contains(file + " cannot be read: ");
    }

    @Test
    void aJournalThatCannotBeWrittenEndsItAndNothingIsLost() throws Exception {
        int messages = 1_500;
        withBroker(context -> {
            JMSProducer producer = context.createProducer();
            for (int i = 0; i < messages; i++) {
                producer.send(context.createQueue("events"), "x".repeat(4_000));
            }
        });

        // Bytes in units of 512: beyond them no file can be written; the journal has some 6 MB by now.
        Process reactor = run("ulimit -f " + (8_000_000 / 512) + ";");

        assertThat(reactor.waitFor(180, TimeUnit.SECONDS)).isTrue();
        assertThat(output()).contains("cannot be written or read any more").contains("exit code 74");
        assertThat(reactor.exitValue()).isEqualTo(74);
        List<String> left = new ArrayList<>();
        withBroker(context -> {
            for (String queue : List.of("events", "parked")) {
                var consumer = context.createConsumer(context.createQueue(queue));
                for (var m = consumer.receive(2_000); m != null; m = consumer.receive(500)) {
                    left.add(queue);
                }
            }
        });
        assertThat(left).hasSize(messages).contains("events", "parked");
    }

    private void withBroker(Work work) throws Exception {
        Broker broker = new Broker(URL, home.resolve("data"), () -> {});
        broker.start();
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(URL);
                JMSContext context = factory.createContext()) {
            work.with(context);
        } finally {
            broker.stop();
        }
    }

    private Process run(String first) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        "sh",
                        "-c",
                        first + " exec \"$0\" \"$@\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + Files.createDirectories(home.resolve("tmp")),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        App.class.getName(),
                        "run",
                        "--home",
                        home.toString())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("output").toFile());
        builder.environment().putAll(environment());
        copyRoutes();
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private Map<String, String> environment() {
        return Map.ofEntries(
                Map.entry("AWS_ENDPOINT_URL", cloud.aws().url().toString()),
                Map.entry("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"),
                Map.entry("AWS_SECRET_ACCESS_KEY", "example"),
                Map.entry("CAMEL_SERVER_HOST", "127.0.0.1"),
                Map.entry("CAMEL_SERVER_PORT", String.valueOf(port)),
                Map.entry("CAMEL_MANAGEMENT_PORT", String.valueOf(managementPort)),
                Map.entry("REACTOR_AWS_REGION", "us-east-1"),
                Map.entry("REACTOR_DATA", home.resolve("data").toString()),
                Map.entry("REACTOR_SNS_TOPICS", RunningReactor.TOPIC),
                Map.entry("REACTOR_SALT_URL", cloud.salt().url().toString()),
                Map.entry("REACTOR_SALT_USERNAME", SaltApi.USER),
                Map.entry("REACTOR_SALT_PASSWORD", SaltApi.PASSWORD),
                Map.entry("REACTOR_SSH_PRIVATE_KEY", cloud.privateKey().toString()));
    }

    private void copyRoutes() throws IOException {
        Path routes = Files.createDirectories(home.resolve("routes"));
        try (var files = Files.list(Path.of("routes"))) {
            for (Path file : files.toList()) {
                if (!Files.exists(routes.resolve(file.getFileName()))) {
                    Files.copy(file, routes.resolve(file.getFileName()));
                }
            }
        }
    }

    private int post() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/hook/ec2/autoscale"))
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    private String metrics() throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + managementPort + "/observe/metrics");
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private String output() throws IOException {
        return Files.readString(home.resolve("output"));
    }

    @FunctionalInterface
    private interface Work {
        void with(JMSContext context) throws Exception;
    }
}
