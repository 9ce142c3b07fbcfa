package io.autoscale.reactor.queue;

import jakarta.jms.JMSException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Not ready as long as the broker cannot be reached, or takes nothing. */
public final class BrokerHealth extends AbstractHealthCheck {

    private final BrokerSettings settings;
    private final Supplier<Optional<String>> trouble;

    /** @param trouble why the embedded broker takes nothing; empty text for another broker */
    public BrokerHealth(BrokerSettings settings, Supplier<Optional<String>> trouble) {
        super("reactor", "broker");
        this.settings = settings;
        this.trouble = trouble;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        Optional<String> problem = trouble.get().or(this::unreachable);
        problem.ifPresentOrElse(
                text -> builder.message(text).detail("problem", text).down(), builder::up);
    }

    private Optional<String> unreachable() {
        try {
            Queues.openAndClose(settings);
            return Optional.empty();
        } catch (JMSException e) {
            return Optional.of("The broker " + settings + " is not reached: " + e.getMessage()
                    + ". Deliveries are answered 503 and work waits until it is.");
        }
    }
}
