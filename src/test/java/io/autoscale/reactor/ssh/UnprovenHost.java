package io.autoscale.reactor.ssh;

import io.autoscale.reactor.event.InstanceId;
import java.security.PublicKey;

/** For tests without an SSH server. */
public final class UnprovenHost {

    private UnprovenHost() {}

    /** The server of an instance in hand showed this host key, and was believed as nothing was known of it. */
    public static void accept(Bootstraps bootstraps, InstanceId instance, PublicKey shown) {
        bootstraps.find(instance).orElseThrow().remember(shown);
    }
}
