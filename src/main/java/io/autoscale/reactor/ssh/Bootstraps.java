package io.autoscale.reactor.ssh;

import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.failure.ClaimLost;
import io.autoscale.reactor.failure.InstanceGone;
import io.autoscale.reactor.queue.Claims;
import java.io.IOException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.apache.camel.Variable;

/**
 * The instances that this reactor has in hand. {@link #begin} takes one, {@link #end} gives it back; in between, SSH
 * endpoints whose host is the instance id reach it, and {@link #cancel} ends what is under way at once.
 */
public final class Bootstraps implements AutoCloseable {

    /** The script has its own limit on the instance; ours comes after it, for when that one has not held. */
    private static final Duration MARGIN = Duration.ofSeconds(60);

    private static final Pattern ADDRESS = Pattern.compile("[0-9A-Za-z.:%-]{1,253}");

    private final Map<InstanceId, Target> inHand = new ConcurrentHashMap<>();
    private final Claims claims;
    private final Duration sessionLimit;
    private final ScheduledThreadPoolExecutor clock;
    private volatile boolean closed;

    /** @param claims who has which instance in hand, among all reactors */
    public Bootstraps(SshSettings settings, Claims claims) {
        this(settings.bootstrapTimeout().plus(MARGIN), claims);
    }

    /** @param sessionLimit how long a session may last before it is closed, whatever it does */
    Bootstraps(Duration sessionLimit, Claims claims) {
        this.claims = claims;
        this.sessionLimit = sessionLimit;
        this.clock = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "ssh-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        clock.setRemoveOnCancelPolicy(true);
        clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Takes an instance in hand; returns false if it is in hand already, here or at another reactor, so that no two workers
     * bootstrap it at once.
     *
     * @throws IllegalStateException if the broker does not say who has it
     */
    public boolean begin(@Variable("instance") InstanceId instance) {
        Target target = new Target(instance);
        if (inHand.putIfAbsent(instance, target) != null) {
            return false;
        }
        boolean taken = false;
        try {
            taken = claims.take(instance);
        } finally {
            if (!taken) {
                inHand.remove(instance, target);
            }
        }
        return taken;
    }

    /** Gives an instance back, and closes what may be left of its connection. Harmless if it is not in hand. */
    public void end(@Variable("instance") InstanceId instance) {
        Target target = inHand.get(instance);
        if (target != null) {
            target.close();
            claims.letGo(instance);
            inHand.remove(instance, target);
        }
    }

    /**
     * Sets the address at which the instance is reached.
     *
     * @throws IllegalArgumentException if it is neither an IP address nor a host name
     * @throws IllegalStateException if the instance is not in hand
     */
    public void reach(@Variable("instance") InstanceId instance, @Variable("address") String address) {
        if (address == null || !ADDRESS.matcher(address).matches()) {
            throw new IllegalArgumentException("The address of " + instance + " is neither an IP address nor a name.");
        }
        target(instance).reach(address);
    }

    /** Whether the host key of the instance was accepted without proof, so that its console is worth another look. */
    public boolean isUnproven(@Variable("instance") InstanceId instance) {
        return find(instance).flatMap(Target::unproven).isPresent();
    }

    /**
     * Sets the host keys that the instance is known to have; an empty list if no more are known than before.
     *
     * @throws IllegalStateException if the instance is not in hand
     */
    public void expectHostKeys(InstanceId instance, List<PublicKey> keys) {
        target(instance).expectHostKeys(keys);
    }

    /**
     * Marks the instance as cancelled and closes its connection at once: the exchange that waits for it fails at once,
     * and later ones fail before they connect. The remote script is not ended by this; its own limit ends it. Harmless
     * if the instance is not in hand.
     */
    public void cancel(@Body InstanceId instance) {
        find(instance).ifPresent(Target::cancel);
    }

    /**
     * Stops what is under way for an instance whose claim was lost: another worker may begin with it now. Harmless if the
     * instance is not in hand.
     */
    public void lose(InstanceId instance) {
        find(instance).ifPresent(Target::lose);
    }

    /**
     * Says whether to go on with the instance.
     *
     * @throws InstanceGone if the instance was cancelled since it is in hand
     * @throws ClaimLost if it is another worker's now
     */
    public void checkAlive(@Variable("instance") InstanceId instance) throws InstanceGone, ClaimLost {
        Optional<Target> target = find(instance);
        if (target.map(Target::isLost).orElse(false)) {
            throw new ClaimLost(instance);
        }
        if (target.map(Target::isCancelled).orElse(false)) {
            throw new InstanceGone(instance + " is being terminated: its bootstrap was stopped.");
        }
    }

    /** Whether all connections were closed, so that what fails of it is no failure of the instance. */
    public boolean isClosed() {
        return closed;
    }

    /** Closes all connections. */
    @Override
    public void close() {
        closed = true;
        clock.shutdownNow();
        inHand.values().forEach(Target::close);
    }

    Optional<Target> find(InstanceId instance) {
        return Optional.ofNullable(inHand.get(instance));
    }

    /** Finds the target of an endpoint by its host. */
    Target find(String host) throws IOException {
        Target target = InstanceId.isValid(host) ? inHand.get(new InstanceId(host)) : null;
        if (target == null) {
            throw new IOException("the host of an SSH endpoint must be the id of an instance in hand");
        }
        return target;
    }

    /** Ends the contact when the time of a session is over, unless the result is cancelled before. */
    ScheduledFuture<?> limit(Contact contact) {
        return clock.schedule(contact::endOverTime, sessionLimit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Target target(InstanceId instance) {
        return find(instance).orElseThrow(() -> new IllegalStateException(instance + " is not in hand."));
    }
}
