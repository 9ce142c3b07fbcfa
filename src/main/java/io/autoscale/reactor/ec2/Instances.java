package io.autoscale.reactor.ec2;

import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.Outage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.Variable;

/**
 * Finds instances, many in one call: the request budget of EC2 belongs to the whole account, so those who ask while a call
 * is under way share the next one.
 */
public final class Instances {

    /** How many values a filter of DescribeInstances takes. */
    public static final int MOST_PER_CALL = 200;

    private record Question(InstanceId id, CompletableFuture<Answer> answer) {}

    @FunctionalInterface
    private interface Answer {
        Instance get() throws Outage, Failed;
    }

    private final DescribeInstances ec2;
    private final BlockingQueue<Question> waiting = new LinkedBlockingQueue<>();
    private final Lock asking = new ReentrantLock();

    public Instances(DescribeInstances ec2) {
        this.ec2 = ec2;
    }

    /** The instance as it is now. */
    public Instance find(@Variable("instance") InstanceId id) throws Outage, Failed {
        Question mine = new Question(id, new CompletableFuture<>());
        waiting.add(mine);
        asking.lock();
        try {
            while (!mine.answer.isDone()) {
                askForThoseWaiting();
            }
        } finally {
            asking.unlock();
        }
        return mine.answer.join().get();
    }

    /** These instances as they are now. */
    public Map<InstanceId, Instance> findAll(Collection<InstanceId> ids) throws Outage, Failed {
        List<InstanceId> all = List.copyOf(ids);
        Map<InstanceId, Instance> found = new HashMap<>();
        for (int from = 0; from < all.size(); from += MOST_PER_CALL) {
            found.putAll(ec2.describe(all.subList(from, Math.min(all.size(), from + MOST_PER_CALL))));
        }
        return found;
    }

    private void askForThoseWaiting() {
        List<Question> questions = new ArrayList<>();
        waiting.drainTo(questions, MOST_PER_CALL);
        try {
            Map<InstanceId, Instance> found =
                    ec2.describe(questions.stream().map(Question::id).distinct().toList());
            questions.forEach(q -> q.answer.complete(() -> found.getOrDefault(q.id, Instance.unknown(q.id))));
        } catch (Outage e) {
            questions.forEach(q -> q.answer.complete(() -> {
                throw e;
            }));
        } catch (Failed e) {
            questions.forEach(q -> q.answer.complete(() -> {
                throw e;
            }));
        } catch (RuntimeException e) {
            questions.forEach(q -> q.answer.complete(() -> {
                throw e;
            }));
        }
    }
}
