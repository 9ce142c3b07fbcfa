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
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A scale-in of hundreds costs the master a handful of calls, and one termination alone waits for nobody. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TerminationStormTest {

    private static final int STORM = 300;
    private static final int SENDERS = 16;
    private static final int MOST_CALLS = 30;
    private static final Duration LONG = Duration.ofSeconds(60);

    private final SnsSigner signer = new SnsSigner("us-east-1", Clock.systemUTC());
    private Cloud cloud;
    private RunningReactor reactor;

    @BeforeAll
    void start(@TempDir Path directory) {
        cloud = new Cloud(directory);
        reactor = new RunningReactor(directory, cloud, signer, Map.of()).start();
    }

    @AfterAll
    void stop() throws Exception {
        reactor.close();
        cloud.close();
    }

    @Test
    void threeHundredAtOnceShareAHandfulOfCalls() throws Exception {
        List<String> ids = Stream.generate(this::terminatedMinion).limit(STORM).toList();
        List<String> deliveries = ids.stream().map(this::signedTermination).toList();

        int before = cloud.salt().deleteCalls().size();
        long start = System.nanoTime();
        assertThat(deliverAtOnce(deliveries)).containsOnly(200);
        print("%d terminations answered after %d ms", STORM, millisSince(start));
        await().atMost(LONG).until(() -> cloud.salt().section("minions").isEmpty());
        int calls = cloud.salt().deleteCalls().size() - before;
        print("%d keys deleted by %d calls after %d ms", STORM, calls, millisSince(start));

        assertThat(ids).allSatisfy(id -> assertThat(cloud.salt().keys(id)).isEmpty());
        assertThat(calls).isLessThanOrEqualTo(MOST_CALLS);
        assertThat(reactor.parked()).isEmpty();
    }

    @Test
    void oneAloneIsDoneAtOnce() {
        int before = cloud.salt().deleteCalls().size();
        List<Long> times = Stream.generate(this::timeOfOne).limit(20).toList();
        print("from delivery to deletion, one at a time, the first ones warming up: %s ms", times);
        assertThat(cloud.salt().deleteCalls()).hasSize(before + times.size());
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
