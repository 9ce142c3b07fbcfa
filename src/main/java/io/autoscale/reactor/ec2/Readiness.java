package io.autoscale.reactor.ec2;

import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.failure.InstanceGone;
import io.autoscale.reactor.ssh.AddressChoice;
import java.time.Clock;
import java.time.Duration;
import org.apache.camel.Body;
import org.apache.camel.Variable;

/** Decides whether an instance that was announced as launched can be worked on. */
public final class Readiness {

    /** Just after a launch EC2 may not know the id yet; after this long it is gone. */
    private static final Duration UNKNOWN_AT_FIRST = Duration.ofMinutes(2);

    private final AddressChoice choice;
    private final Clock clock;

    public Readiness(AddressChoice choice, Clock clock) {
        this.choice = choice;
        this.clock = clock;
    }

    /**
     * The address at which to reach the instance.
     *
     * @throws InstanceNotReady if it does not run yet or has no address yet
     * @throws InstanceGone if there is nothing left to do for it
     */
    public String address(@Body Instance instance, @Variable("event") Event event)
            throws InstanceNotReady, InstanceGone {
        InstanceId id = instance.id();
        if (instance.state() == Instance.State.UNKNOWN && age(event).compareTo(UNKNOWN_AT_FIRST) < 0) {
            throw new InstanceNotReady("EC2 does not know " + id + " yet.");
        }
        if (instance.gone() || instance.going()) {
            throw new InstanceGone(id + " is " + describe(instance) + "; nothing is left to do for it.");
        }
        if (instance.restsInWarmPool()) {
            throw new InstanceGone(
                    id + " is " + describe(instance) + "; its launch is announced again when it leaves the warm pool.");
        }
        if (instance.state() != Instance.State.RUNNING) {
            throw new InstanceNotReady(id + " is " + describe(instance) + ", not running.");
        }
        return choice.choose(instance.privateAddress(), instance.publicAddress())
                .orElseThrow(() -> new InstanceNotReady(
                        id + " has no " + choice.toString().toLowerCase(java.util.Locale.ROOT) + " address yet."));
    }

    private Duration age(Event event) {
        return Duration.between(event.time(), clock.instant());
    }

    private static String describe(Instance instance) {
        String state =
                instance.state().toString().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        return instance.lifecycle().map(l -> state + " (" + l + ")").orElse(state);
    }
}
