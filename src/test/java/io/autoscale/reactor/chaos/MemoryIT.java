package io.autoscale.reactor.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.CertificateHost;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Memory stays flat while salt-api is down and tens of thousands of events are accepted; then all of them are worked off.
 * One event in fifty is a launch, the others are terminations. What was measured is in {@code target/chaos/memory.txt}.
 */
@EnabledIfSystemProperty(named = "chaos.memory", matches = "[1-9]\\d*", disabledReason = "mvn -Pchaos verify runs it")
class MemoryIT {

    private static final Path RESULTS = Path.of("target/chaos");
    private static final Path TABLE = RESULTS.resolve("memory.txt");
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final int LAUNCH_OF = 50;
    private static final int SAMPLES = 10;
    private static final long MIB = 1L << 20;
    private static final String SOME_KEY = InstanceHost.newMinionKey();

    /** What the last sample may have more than the second, when every pool is filled and every class loaded. */
    private static final long FLAT = 24 * MIB;

    private final int events = Integer.getInteger("chaos.memory", 0);
    private final SnsSigner signer = new SnsSigner("us-east-1", Clock.systemUTC());
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<String> launched = new ArrayList<>();

    @Test
    void memoryStaysFlatWhileSaltApiIsDownAndThenAllIsWorkedOff(@TempDir Path directory) throws Exception {
        Files.createDirectories(RESULTS);
        Files.writeString(TABLE, "");
        try (Cloud cloud = new Cloud(directory);
                CertificateHost certificates = new CertificateHost(signer, directory);
                ReactorProcess reactor = reactor(cloud, certificates, directory)) {
            cloud.host().duration(Duration.ZERO);
            cloud.salt().acceptanceWait(Duration.ofSeconds(2));
            reactor.start();
            reactor.awaitReady(Duration.ofMinutes(2));
            cloud.salt().refuse();

            tell("  events  live heap MiB  resident MiB  seconds");
            Instant begin = Instant.now();
            List<Sample> samples = new ArrayList<>();
            for (int n = 0; n < SAMPLES; n++) {
                accept(cloud, reactor, events / SAMPLES);
                Sample sample = sample(reactor);
                samples.add(sample);
                tell(String.format(
                        "%8d  %13d  %12d  %7d",
                        (n + 1) * (events / SAMPLES),
                        sample.liveHeap() / MIB,
                        sample.resident() / MIB,
                        Duration.between(begin, Instant.now()).toSeconds()));
            }

            cloud.salt().heal();
            Instant healed = Instant.now();
            await("every key of the terminated ones is deleted, and every launched one is a minion")
                    .atMost(LONG)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> cloud.salt().section("minions").keySet().equals(Set.copyOf(launched)));
            Sample last = sample(reactor);
            tell(String.format(
                    "All %d worked off (%d launches) %d s after salt-api was back; then %d MiB live, %d MiB resident.",
                    events,
                    launched.size(),
                    Duration.between(healed, Instant.now()).toSeconds(),
                    last.liveHeap() / MIB,
                    last.resident() / MIB));
            assertThat(reactor.parked()).isEmpty();
            assertThat(samples.get(SAMPLES - 1).liveHeap())
                    .as("live heap in the end, compared with that after a fifth of the events")
                    .isLessThan(samples.get(1).liveHeap() + FLAT);
        }
    }

    private static ReactorProcess reactor(Cloud cloud, CertificateHost certificates, Path directory)
            throws IOException {
        Map<String, String> settings = ReactorProcess.settings(cloud);
        settings.put("JAVA_OPTS", String.join(" ", certificates.jvmOptions()));
        Path log = RESULTS.resolve("memory.log");
        Files.deleteIfExists(log);
        return new ReactorProcess(
                Path.of("target/reactor"), Files.createDirectory(directory.resolve("home")), log, settings);
    }

    /** Delivers so many events until each is answered with 200. */
    private void accept(Cloud cloud, ReactorProcess reactor, int count) throws Exception {
        ExecutorService senders = Executors.newFixedThreadPool(16);
        try {
            List<Callable<Boolean>> deliveries = new ArrayList<>();
            for (int n = 0; n < count; n++) {
                String message = n % LAUNCH_OF == 0 ? launch(cloud) : termination(cloud);
                deliveries.add(() -> deliver(reactor, message));
            }
            for (Future<Boolean> delivery : senders.invokeAll(deliveries)) {
                assertThat(delivery.get()).isTrue();
            }
        } finally {
            senders.shutdownNow();
        }
    }

    private String launch(Cloud cloud) {
        String id = cloud.launch("web");
        launched.add(id);
        return Announcements.launch(id, "web");
    }

    /** Of an instance that EC2 has forgotten, while its key still stands on the master. */
    private static String termination(Cloud cloud) {
        String id = cloud.launch("web");
        cloud.aws().forget(id);
        cloud.salt().put("minions", id, SOME_KEY);
        return Announcements.termination(id, "web");
    }

    private boolean deliver(ReactorProcess reactor, String message) throws IOException, InterruptedException {
        String body = signer.notification(RunningReactor.TOPIC, "Auto Scaling", message);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(reactor.webhook()).POST(HttpRequest.BodyPublishers.ofString(body));
        signer.headers(body).forEach(request::header);
        int tries = 0;
        int answer;
        do {
            answer = http.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } while (answer != 200 && ++tries < 1_000 && (answer == 429 || answer >= 500));
        return answer == 200;
    }

    /** What is in use after a full collection, and what the process has of the machine's memory. */
    private record Sample(long liveHeap, long resident) {}

    private static Sample sample(ReactorProcess reactor) throws IOException {
        long live = liveHeap(reactor.pid());
        try (Stream<String> status = Files.lines(Path.of("/proc", String.valueOf(reactor.pid()), "status"))) {
            long resident = status.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElseThrow();
            return new Sample(live, resident);
        }
    }

    /** The last line of the histogram has the sum of all objects that a collection, which it makes, leaves. */
    private static long liveHeap(long pid) throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process histogram = new ProcessBuilder(jcmd.toString(), String.valueOf(pid), "GC.class_histogram").start();
        try (Stream<String> lines = histogram.inputReader().lines()) {
            return lines.filter(line -> line.startsWith("Total"))
                    .mapToLong(line -> Long.parseLong(line.strip().split("\\s+")[2]))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void tell(String line) throws IOException {
        System.out.println(line);
        Files.writeString(TABLE, line + "\n", StandardOpenOption.APPEND);
    }
}
