package io.autoscale.reactor.check;

import io.autoscale.reactor.queue.Broker;
import io.autoscale.reactor.queue.BrokerSettings;
import io.autoscale.reactor.queue.Queues;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/** Looks whether the embedded broker could write its journal, or opens a session with the broker elsewhere. */
final class Queueing implements Probe {

    private final BrokerSettings settings;

    Queueing(BrokerSettings settings) {
        this.settings = settings;
    }

    @Override
    public List<Finding> findings() throws Exception {
        return List.of(settings.embedded() ? journal(settings.data()) : session());
    }

    private Finding journal(Path data) throws IOException {
        if (Broker.isInUse(data)) {
            return Finding.ok(settings + ", in use by a running reactor");
        }
        Path existing = data.toAbsolutePath();
        while (existing.getParent() != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (!Files.isDirectory(existing)) {
            return Finding.failed(
                    "reactor.data: " + existing + " is not a directory. Remove it, or set another directory.");
        }
        if (!Files.isWritable(existing)) {
            return Finding.failed(
                    "reactor.data: " + existing + " cannot be written. Give the reactor's user the right to.");
        }
        return Finding.ok(settings.toString());
    }

    private Finding session() {
        JmsPoolConnectionFactory pool = Queues.connections(settings);
        try (Connection connection = pool.createConnection()) {
            connection.createSession(Session.AUTO_ACKNOWLEDGE).close();
            return Finding.ok(settings.toString());
        } catch (JMSSecurityException e) {
            return Finding.failed("The broker " + settings + " does not accept the login."
                    + " Check reactor.broker.username and reactor.broker.password.");
        } catch (JMSException e) {
            return Finding.failed("The broker " + settings + " is not reached: " + e.getMessage()
                    + ". Check reactor.broker.url and that the broker runs.");
        } finally {
            pool.stop();
        }
    }
}
