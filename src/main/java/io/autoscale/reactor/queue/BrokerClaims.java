package io.autoscale.reactor.queue;

import io.autoscale.reactor.event.InstanceId;
import jakarta.jms.JMSException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQNonExistentQueueException;
import org.apache.activemq.artemis.api.core.ActiveMQQueueExistsException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.jms.client.ActiveMQConnection;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims that the broker keeps. A claim is an empty temporary queue: its name is there once, and the broker drops it
 * together with the connection that made it. So a reactor that is killed holds nothing, and one that has lost its
 * connection is told what it no longer holds.
 *
 * @see <a href="https://activemq.apache.org/components/artemis/documentation/latest/core.html">Artemis Core API</a>
 */
public final class BrokerClaims implements Claims, AutoCloseable {

    /** What the names of the queues begin with; the broker's permissions name it. */
    static final String PREFIX = "claims.";

    private static final Logger LOG = LoggerFactory.getLogger(BrokerClaims.class);

    private final ActiveMQConnectionFactory broker;
    private final Consumer<InstanceId> lost;
    private final Lock lock = new ReentrantLock();
    private final Set<InstanceId> held = new HashSet<>();

    private ActiveMQConnection connection;

    /** @param lost is told each instance whose claim was lost with the connection */
    public BrokerClaims(BrokerSettings settings, Consumer<InstanceId> lost) {
        this.broker = Queues.artemis(settings);
        this.lost = lost;
    }

    /** @throws IllegalStateException if the broker does not answer, or does not allow it */
    @Override
    public boolean take(InstanceId instance) {
        lock.lock();
        try {
            session()
                    .createQueue(QueueConfiguration.of(PREFIX + instance)
                            .setRoutingType(RoutingType.ANYCAST)
                            .setDurable(false)
                            .setTemporary(true));
            held.add(instance);
            return true;
        } catch (ActiveMQQueueExistsException e) {
            return false;
        } catch (ActiveMQException | JMSException e) {
            throw new IllegalStateException(instance + " cannot be claimed at the broker: " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void letGo(InstanceId instance) {
        lock.lock();
        try {
            if (held.remove(instance)) {
                session().deleteQueue(PREFIX + instance);
            }
        } catch (ActiveMQNonExistentQueueException e) {
            LOG.debug("The claim on {} was gone already.", instance);
        } catch (ActiveMQException | JMSException e) {
            // It cannot be taken back, so it must end with its connection.
            LOG.debug("The claim on {} could not be given back.", instance, e);
            lose(connection);
        } finally {
            lock.unlock();
        }
    }

    /** Gives back all. */
    @Override
    public void close() {
        lock.lock();
        try {
            held.clear();
            if (connection != null) {
                closeQuietly(connection);
                connection = null;
            }
            broker.close();
        } finally {
            lock.unlock();
        }
    }

    private ClientSession session() throws JMSException {
        if (connection == null) {
            ActiveMQConnection opened = (ActiveMQConnection) broker.createConnection();
            opened.setExceptionListener(failure -> lose(opened));
            opened.setFailoverListener(event -> lose(opened));
            connection = opened;
        }
        return connection.getInitialSession();
    }

    /** Whatever became of the connection, it is done with; a next claim opens another. */
    private void lose(ActiveMQConnection broken) {
        Set<InstanceId> gone;
        lock.lock();
        try {
            if (connection == null || connection != broken) {
                return;
            }
            gone = Set.copyOf(held);
            held.clear();
            connection = null;
        } finally {
            lock.unlock();
        }
        if (!gone.isEmpty()) {
            LOG.warn("The connection to the broker broke: {} in hand are let go, and begun anew.", gone);
            gone.forEach(lost);
        }
        // Not here: this may be the connection's own thread, for which its closing would wait.
        Thread closing = new Thread(() -> closeQuietly(broken), "claims-closing");
        closing.setDaemon(true);
        closing.start();
    }

    private static void closeQuietly(ActiveMQConnection connection) {
        try {
            connection.close();
        } catch (JMSException e) {
            LOG.debug("The connection that held the claims could not be closed.", e);
        }
    }
}
