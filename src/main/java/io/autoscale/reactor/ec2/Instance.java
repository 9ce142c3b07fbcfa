package io.autoscale.reactor.ec2;

import io.autoscale.reactor.event.InstanceId;
import java.util.Objects;
import java.util.Optional;

/**
 * An instance as EC2 and Auto Scaling see it now.
 *
 * @param lifecycle its LifecycleState in its Auto Scaling group; empty if it is in none, or was not asked for
 */
public record Instance(
        InstanceId id,
        State state,
        Optional<String> privateAddress,
        Optional<String> publicAddress,
        Optional<String> lifecycle) {

    /** The state of an instance, by EC2's names; UNKNOWN if EC2 knows no such instance. */
    public enum State {
        PENDING,
        RUNNING,
        SHUTTING_DOWN,
        TERMINATED,
        STOPPING,
        STOPPED,
        UNKNOWN
    }

    public Instance {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(state, "state");
    }

    /** What EC2's silence about an id says: it never was, is not yet to be seen, or was terminated over an hour ago. */
    public static Instance unknown(InstanceId id) {
        return new Instance(id, State.UNKNOWN, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public Instance withLifecycle(String lifecycleState) {
        return new Instance(id, state, privateAddress, publicAddress, Optional.of(lifecycleState));
    }

    /** Whether it is really gone: terminated, or so long ago that EC2 does not know it. */
    public boolean gone() {
        return state == State.TERMINATED || state == State.UNKNOWN;
    }

    /** Whether it was stopped or hibernated to wait in a warm pool. */
    public boolean restsInWarmPool() {
        return lifecycle
                .filter(l -> l.equals("Warmed:Stopped") || l.equals("Warmed:Hibernated"))
                .isPresent();
    }

    /**
     * Whether it is on its way out. In {@code Terminating:Wait} EC2 still says running, so Auto Scaling is asked as well; a
     * return to the warm pool passes through {@code Warmed:Pending} states and is no death.
     */
    public boolean going() {
        return state == State.SHUTTING_DOWN
                || lifecycle
                        .filter(l -> l.startsWith("Terminating")
                                || l.startsWith("Warmed:Terminating")
                                || l.equals("Terminated")
                                || l.equals("Warmed:Terminated"))
                        .isPresent();
    }
}
