package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SaltApi;
import io.autoscale.reactor.standin.SnsSigner;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A scale-in of hundreds costs the master a handful of calls, and one termination alone waits for nobody. */
class TerminationStormTest {

    private static final int STORM = 300;
    private static final int SENDERS = 16;
    private static final int MOST_CALLS = 30;
    private static final Duration SPACING = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final SnsSigner signer = new SnsSigner("us-east-1", Clock.systemUTC());
    private Cloud cloud;
    private RunningReactor reactor;

    @BeforeEach
    void start() {
        cloud = new Cloud(directory);
        reactor = new RunningReactor(directory, cloud, signer, Map.of()).start();
    }

    @AfterEach
    void stop() throws Exception {
        reactor.close();
        cloud.close();
    }

    @Test
    void threeHundredAtOnceShareAHandfulOfCalls() throws Exception {
        List<String> ids = Stream.generate(this::terminatedMinion).limit(STORM).toList();
        List<String> deliveries = ids.stream().map(this::signedTermination).toList();

        long start = System.nanoTime();
        assertThat(deliverAtOnce(deliveries)).containsOnly(200);
        print("%d terminations answered after %d ms", STORM, millisSince(start));
        await().atMost(LONG).until(() -> cloud.salt().section("minions").isEmpty());
        print(
                "%d keys deleted by %d calls after %d ms",
                STORM, cloud.salt().deleteCalls().size(), millisSince(start));

        assertThat(ids).allSatisfy(id -> assertThat(cloud.salt().keys(id)).isEmpty());
        assertThat(cloud.salt().deleteCalls()).hasSizeLessThanOrEqualTo(MOST_CALLS);
        assertThat(reactor.parked()).isEmpty();
    }

    @Test
    void oneAloneIsDoneAtOnce() {
        List<Long> warmUp = Stream.generate(this::timeOfOne).limit(5).toList();
        List<Long> alone = new ArrayList<>();
        for (int n = 0; n < 5; n++) {
            // Those that come in quick succession are spaced out; this is about one that comes alone.
            await().atMost(LONG)
                    .until(() -> lastDeletion().isBefore(Instant.now().minus(SPACING)));
            alone.add(timeOfOne());
        }
        print("from delivery to deletion: warming up %s ms, one alone %s ms", warmUp, alone);
        assertThat(cloud.salt().deleteCalls()).hasSize(warmUp.size() + alone.size());
    }

    private long timeOfOne() {
        String id = terminatedMinion();
        String delivery = signedTermination(id);
        long start = System.nanoTime();
        assertThat(reactor.deliver(delivery).statusCode()).isEqualTo(200);
        await().atMost(LONG)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> cloud.salt().keys(id).isEmpty());
        return millisSince(start);
    }

    private Instant lastDeletion() {
        return cloud.salt().deleteCalls().stream()
                .map(SaltApi.Call::at)
                .max(Comparator.naturalOrder())
                .orElse(Instant.MIN);
    }

    private String terminatedMinion() {
        String id = cloud.launch("web");
        cloud.salt().put("minions", id, InstanceHost.newMinionKey());
        cloud.gone(id);
        return id;
    }

    private String signedTermination(String id) {
        return signer.notification(RunningReactor.TOPIC, "Auto Scaling", Announcements.termination(id, "web"));
    }

    /** The status of each answer. */
    private List<Integer> deliverAtOnce(List<String> deliveries) throws Exception {
        ExecutorService senders = Executors.newFixedThreadPool(SENDERS);
        try {
            List<Callable<Integer>> tasks = deliveries.stream()
                    .<Callable<Integer>>map(
                            delivery -> () -> reactor.deliver(delivery).statusCode())
                    .toList();
            List<Integer> statuses = new ArrayList<>();
            for (Future<Integer> answer : senders.invokeAll(tasks)) {
                statuses.add(answer.get());
            }
            return statuses;
        } finally {
            senders.shutdownNow();
        }
    }

    private static long millisSince(long start) {
        return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }

    private static void print(String format, Object... values) {
        System.out.println(format.formatted(values));
    }
}
