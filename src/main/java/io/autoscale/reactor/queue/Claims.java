package io.autoscale.reactor.queue;

import io.autoscale.reactor.event.InstanceId;

/** Who has which instance in hand: one worker at a time, among all reactors that share a broker. */
public interface Claims {

    /** Takes the instance; returns false if another worker has it, of this reactor or of another one. */
    boolean take(InstanceId instance);

    /** Gives the instance back. Harmless if it was lost meanwhile. */
    void letGo(InstanceId instance);
}
