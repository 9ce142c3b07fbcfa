package io.autoscale.reactor.ec2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.Outage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InstancesTest {

    private static final int CALLERS = 50;

    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS + 1);
    private final List<List<InstanceId>> calls = new CopyOnWriteArrayList<>();
    private final CountDownLatch firstCall = new CountDownLatch(1);
    private final CountDownLatch others = new CountDownLatch(1);

    @AfterEach
    void stop() throws InterruptedException {
        callers.shutdownNow();
        assertThat(callers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void thoseWhoAskWhileACallIsUnderWayShareTheNextOne() throws Exception {
        Instances instances = new Instances(this::answerOnceAllAsk);

        List<Future<Instance>> found = askAll(instances);

        for (int i = 0; i <= CALLERS; i++) {
            assertThat(found.get(i).get().id()).isEqualTo(id(i));
        }
        assertThat(calls).hasSize(2);
        assertThat(calls.get(0)).containsExactly(id(0));
        assertThat(calls.get(1)).hasSize(CALLERS);
    }

    @Test
    void aFailureReachesEveryoneWhoSharedTheCall() throws Exception {
        Instances instances = new Instances(ids -> {
            if (calls.isEmpty()) {
                return answerOnceAllAsk(ids);
            }
            calls.add(ids);
            throw new Outage("EC2", "AWS answers Unavailable.");
        });

        List<Future<Instance>> found = askAll(instances);

        assertThat(found.get(0).get().id()).isEqualTo(id(0));
        for (Future<Instance> other : found.subList(1, found.size())) {
            assertThatThrownBy(other::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(Outage.class);
        }
        assertThat(calls).hasSize(2);
    }

    @Test
    void aFailureIsOverWithTheNextCall() throws Exception {
        Instances instances = new Instances(ids -> {
            calls.add(ids);
            if (calls.size() == 1) {
                throw new Failed("AWS refuses the call.");
            }
            if (calls.size() == 2) {
                throw new IllegalStateException("a mistake");
            }
            return known(ids);
        });

        assertThatThrownBy(() -> instances.find(id(1))).isInstanceOf(Failed.class);
        assertThatThrownBy(() -> instances.find(id(1))).isInstanceOf(IllegalStateException.class);
        assertThat(instances.find(id(1)).id()).isEqualTo(id(1));
    }

    @Test
    void whatTheAnswerDoesNotNameIsUnknown() throws Exception {
        assertThat(new Instances(ids -> Map.of()).find(id(1))).isEqualTo(Instance.unknown(id(1)));
    }

    @Test
    void manyAreAskedForInPortions() throws Exception {
        Instances instances = new Instances(ids -> {
            calls.add(ids);
            return known(ids);
        });
        List<InstanceId> all =
                IntStream.range(0, 450).mapToObj(InstancesTest::id).toList();

        assertThat(instances.findAll(all)).containsOnlyKeys(all);
        assertThat(calls).extracting(List::size).containsExactly(200, 200, 50);
        assertThat(instances.findAll(List.of())).isEmpty();
    }

    private List<Future<Instance>> askAll(Instances instances) throws Exception {
        List<Future<Instance>> found = new ArrayList<>();
        found.add(callers.submit(() -> instances.find(id(0))));
        firstCall.await();
        List<Thread> threads = new CopyOnWriteArrayList<>();
        for (int i = 1; i <= CALLERS; i++) {
            InstanceId id = id(i);
            Callable<Instance> call = () -> {
                threads.add(Thread.currentThread());
                return instances.find(id);
            };
            found.add(callers.submit(call));
        }
        // All of them wait for the call that is under way.
        Awaitility.await()
                .until(() -> threads.size() == CALLERS
                        && threads.stream().allMatch(t -> t.getState() == Thread.State.WAITING));
        others.countDown();
        return found;
    }

    private Map<InstanceId, Instance> answerOnceAllAsk(List<InstanceId> ids) {
        calls.add(ids);
        firstCall.countDown();
        try {
            others.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return known(ids);
    }

    private static Map<InstanceId, Instance> known(List<InstanceId> ids) {
        Map<InstanceId, Instance> known = new HashMap<>();
        ids.forEach(id -> known.put(id, Instance.unknown(id)));
        return known;
    }

    private static InstanceId id(int number) {
        return new InstanceId("i-%017x".formatted(number));
    }
}
