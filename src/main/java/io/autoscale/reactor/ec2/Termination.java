package io.autoscale.reactor.ec2;

import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.InstanceId;

/**
 * An announced termination.
 *
 * @param checks how often it has been looked at and was not over
 * @param attempt how many attempts at deleting the key have failed
 */
public record Termination(Event event, int checks, int attempt) {

    public InstanceId instance() {
        return event.instance().orElseThrow();
    }
}
