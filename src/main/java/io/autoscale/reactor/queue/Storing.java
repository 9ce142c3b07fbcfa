package io.autoscale.reactor.queue;

import jakarta.jms.JMSException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.util.ObjectHelper;

/**
 * Says before it is tried whether something can be stored. A full disk, or a broker that failed or was too slow a moment
 * ago, is then answered at once: deliveries don't queue up behind it, each with a thread.
 */
public final class Storing {

    /** As long as a call to the broker may take, so that at most one waits for a broker that does not answer. */
    private static final Duration REST = Duration.ofSeconds(5);

    private final Supplier<Optional<String>> trouble;
    private final Clock clock;
    private boolean failing;
    private Instant next = Instant.MIN;

    /** @param trouble why the broker takes nothing at the moment, as far as that is known */
    public Storing(Supplier<Optional<String>> trouble, Clock clock) {
        this.trouble = trouble;
        this.clock = clock;
    }

    /**
     * Lets one through that wants to store something. After a failure that is one every five seconds, until it succeeds.
     *
     * @throws CannotStore at once, if it would not succeed
     */
    public synchronized void begin() throws CannotStore {
        Optional<String> reason = trouble.get();
        if (reason.isPresent()) {
            throw new CannotStore(reason.get());
        }
        if (failing) {
            Instant now = clock.instant();
            if (now.isBefore(next)) {
                throw new CannotStore("The broker failed or did not answer a moment ago.");
            }
            next = now.plus(REST);
        }
    }

    /** It is stored. */
    public synchronized void succeeded() {
        failing = false;
    }

    /** Takes note if it was the broker that failed. */
    public synchronized void failed(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
        if (ObjectHelper.getException(JMSException.class, failure) != null) {
            failing = true;
            next = clock.instant().plus(REST);
        }
    }
}
