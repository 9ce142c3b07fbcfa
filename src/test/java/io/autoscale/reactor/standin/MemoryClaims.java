package io.autoscale.reactor.standin;

import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.queue.Claims;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Claims without a broker; what is put here by a test is another reactor's. */
public final class MemoryClaims implements Claims {

    private final Set<InstanceId> taken = ConcurrentHashMap.newKeySet();

    @Override
    public boolean take(InstanceId instance) {
        return taken.add(instance);
    }

    @Override
    public void letGo(InstanceId instance) {
        taken.remove(instance);
    }

    public boolean isTaken(InstanceId instance) {
        return taken.contains(instance);
    }
}
