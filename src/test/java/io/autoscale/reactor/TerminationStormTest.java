package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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
        print("%d terminations answered after %.0f ms", STORM, millisSince(start));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> cloud.salt().section("minions").isEmpty());
        print(
                "%d keys deleted by %d calls after %.0f ms",
                STORM, cloud.salt().deleteCalls().size(), millisSince(start));

        assertThat(ids).allSatisfy(id -> assertThat(cloud.salt().keys(id)).isEmpty());
        assertThat(cloud.salt().deleteCalls()).hasSizeLessThanOrEqualTo(MOST_CALLS);
        assertThat(reactor.parked()).isEmpty();
    }

    @Test
    void oneAloneIsDoneAtOnce() {
        List<Double> times = new ArrayList<>();
        // The first ones warm up; after that each comes alone.
        for (int n = 0; n < 15; n++) {
            String id = terminatedMinion();
            String delivery = signedTermination(id);
            long start = System.nanoTime();
            assertThat(reactor.deliver(delivery).statusCode()).isEqualTo(200);
            await().atMost(Duration.ofSeconds(30))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> cloud.salt().keys(id).isEmpty());
            times.add(millisSince(start));
        }
        print("from delivery to deletion, one alone, in ms: %s", times);
        print("the slowest of the last five: %.1f ms", Collections.max(times.subList(10, 15)));
        assertThat(cloud.salt().deleteCalls()).hasSize(times.size());
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
            List<Integer> statuses = new ArrayList<>();
            for (Future<Integer> answer : senders.invokeAll(deliveries.stream()
                    .<java.util.concurrent.Callable<Integer>>map(
                            delivery -> () -> reactor.deliver(delivery).statusCode())
                    .toList())) {
                statuses.add(answer.get());
            }
            return statuses;
        } finally {
            senders.shutdownNow();
        }
    }

    private static double millisSince(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    private static void print(String format, Object... values) {
        System.out.println(format.formatted(values));
    }
}
