package io.autoscale.reactor.ec2;

import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.event.Work;
import io.autoscale.reactor.queue.Json;
import io.autoscale.reactor.queue.Unreadable;
import io.autoscale.reactor.queue.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Variable;

/** Decides what is to be done about instances that were announced as terminated, by what they really are. */
public final class Terminations {

    /** Looked at this often while it is on its way out: about three hours, longer than most lifecycle hooks wait. */
    private static final int CHECKS_WHILE_GOING = 40;

    /** Looked at this often while it is alive in spite of the announcement: about ten minutes. */
    private static final int CHECKS_WHILE_ALIVE = 6;

    private static final Duration LONGEST_DELAY = Duration.ofMinutes(5);

    private final Json json;
    private final String region;
    private final Duration firstDelay;

    /**
     * @param region that EC2 is asked in
     * @param firstDelay before an instance that is not gone is looked at again; doubled each time, up to five minutes
     */
    public Terminations(Json json, String region, Duration firstDelay) {
        this.region = region;
        this.json = json;
        this.firstDelay = firstDelay;
    }

    /**
     * What to do about a batch.
     *
     * @param delete instances whose key is to be deleted now
     * @param again announcements to come back to later
     * @param alive instances that were announced as terminated and live on
     */
    public record Verdict(List<InstanceId> delete, List<Later> again, List<Event> alive) {}

    /** An announcement to come back to, after {@code delay} milliseconds. */
    public record Later(Event event, int checks, long delay) {}

    /** What was taken from the queue: announcements, and texts that are none. */
    public record Batch(List<Termination> terminations, List<String> unreadable) {}

    /** Reads what was taken from the queue; an unreadable message does not keep the others from being done. */
    public Batch read(@Body List<Waiting.Message> taken) {
        Batch batch = new Batch(new ArrayList<>(), new ArrayList<>());
        for (Waiting.Message message : taken) {
            try {
                Event event = json.event(message.body());
                if (event.instance().isPresent()) {
                    batch.terminations().add(new Termination(event, message.checks(), message.attempt()));
                } else {
                    batch.unreadable().add(message.body());
                }
            } catch (Unreadable e) {
                batch.unreadable().add(message.body());
            }
        }
        return batch;
    }

    /** The instances of a batch, each once. */
    public List<InstanceId> instances(@Variable("batch") Batch batch) {
        return batch.terminations().stream()
                .map(Termination::instance)
                .distinct()
                .toList();
    }

    public Verdict judge(@Variable("batch") Batch batch, @Body Map<InstanceId, Instance> found) {
        Verdict verdict = new Verdict(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (Termination termination : batch.terminations()) {
            Instance instance = found.getOrDefault(termination.instance(), Instance.unknown(termination.instance()));
            if (instance.state() == Instance.State.UNKNOWN
                    && !termination.event().region().equals(region)) {
                // EC2's silence says nothing of an instance of another region.
                verdict.alive().add(termination.event());
            } else if (instance.gone()) {
                delete(verdict, instance);
            } else if (going(termination.event(), instance)) {
                delete(verdict, instance);
                lookAgain(verdict, termination, CHECKS_WHILE_GOING);
            } else if (!lookAgain(verdict, termination, CHECKS_WHILE_ALIVE)
                    && wasAnnouncedAsGone(termination.event())) {
                verdict.alive().add(termination.event());
            }
        }
        return verdict;
    }

    /** For a launch that found its instance gone, Auto Scaling's word is not enough: it may be returning to a warm pool. */
    private static boolean going(Event event, Instance instance) {
        return event.work() == Work.DELETE_KEY ? instance.going() : instance.state() == Instance.State.SHUTTING_DOWN;
    }

    /** A spot interruption is announced before it happens, and may be called off; a launch was looked at for its own sake. */
    private static boolean wasAnnouncedAsGone(Event event) {
        return event.work() == Work.DELETE_KEY && !event.kind().contains("Spot");
    }

    private static void delete(Verdict verdict, Instance instance) {
        if (!verdict.delete().contains(instance.id())) {
            verdict.delete().add(instance.id());
        }
    }

    private boolean lookAgain(Verdict verdict, Termination termination, int most) {
        int checks = termination.checks() + 1;
        if (checks > most) {
            return false;
        }
        verdict.again().add(new Later(termination.event(), checks, delay(checks).toMillis()));
        return true;
    }

    private Duration delay(int checks) {
        Duration delay = firstDelay.multipliedBy(1L << Math.min(checks - 1, 20));
        return delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY;
    }
}
