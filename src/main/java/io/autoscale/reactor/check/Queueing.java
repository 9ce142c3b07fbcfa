package io.autoscale.reactor.check;

import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.queue.Broker;
import io.autoscale.reactor.queue.BrokerClaims;
import io.autoscale.reactor.queue.BrokerSettings;
import io.autoscale.reactor.queue.Queues;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/** Looks whether the embedded broker could write its journal, or whether the broker elsewhere has what the reactor needs. */
final class Queueing implements Probe {

    private static final List<String> QUEUES =
            List.of("events", "launches", "terminations", "give-ups", "notices", "parked");

    /** An id that EC2 gives to nobody. */
    private static final InstanceId NOBODY = new InstanceId("i-00000000");

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
        try (Connection connection = pool.createConnection();
                Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            return queues(session);
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

    private Finding queues(Session session) {
        try (BrokerClaims claims = new BrokerClaims(settings, instance -> {})) {
            for (String queue : QUEUES) {
                lookInto(session, queue);
            }
            session.createConsumer(session.createTopic("gone")).close();
            claims.take(NOBODY);
            claims.letGo(NOBODY);
            return Finding.ok(settings.toString());
        } catch (JMSException | IllegalStateException e) {
            return Finding.failed("The broker " + settings + " lacks a queue or a permission: " + e.getMessage()
                    + ". Use the broker.xml of docs/operations/scale-out.md.");
        }
    }

    private static void lookInto(Session session, String queue) throws JMSException {
        try (QueueBrowser browser = session.createBrowser(session.createQueue(queue))) {
            browser.getEnumeration().hasMoreElements();
        }
    }
}
