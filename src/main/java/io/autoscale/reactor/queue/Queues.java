package io.autoscale.reactor.queue;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.component.jms.JmsComponent;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/** Makes the {@code jms} component with which every route reads and writes its queues. */
public final class Queues {

    private Queues() {}

    /**
     * A component whose consumers take a message, do its work and send what follows from it in one local transaction: a
     * crash at any moment leaves the message where it was. (The listener's session is shared with the producers on its
     * thread, so no transaction manager is needed. For the same reason {@code transacted=false} alone takes no producer out
     * of that transaction: it needs other connections, {@code connectionFactory=#otherConnections}.)
     */
    public static JmsComponent component(ConnectionFactory connections) {
        JmsComponent jms = JmsComponent.jmsComponent(connections);
        jms.setTransacted(true);
        jms.setLazyCreateTransactionManager(false);
        jms.setCacheLevelName("CACHE_CONSUMER");
        jms.setDeliveryPersistent(true);
        jms.setDisableReplyTo(true);
        jms.setAcceptMessagesWhileStopping(false);
        jms.setMessageConverter(new TextOnly());
        jms.setHeaderFilterStrategy(new OwnHeaders());
        jms.setErrorHandlerLogStackTrace(false);
        return jms;
    }

    /** Connections to the broker, pooled because Spring's JMS support opens one per send. */
    public static JmsPoolConnectionFactory connections(BrokerSettings settings) {
        JmsPoolConnectionFactory pool = new JmsPoolConnectionFactory();
        pool.setConnectionFactory(artemis(settings));
        pool.setMaxSessionsPerConnection(1_000);
        return pool;
    }

    /** Opens a session of its own, so that no pool hides that the broker is gone. */
    static void openAndClose(BrokerSettings settings) throws JMSException {
        try (ActiveMQConnectionFactory factory = artemis(settings);
                Connection connection = factory.createConnection()) {
            connection.createSession(Session.AUTO_ACKNOWLEDGE).close();
        }
    }

    static ActiveMQConnectionFactory artemis(BrokerSettings settings) {
        ActiveMQConnectionFactory artemis = new ActiveMQConnectionFactory(settings.url());
        settings.username().ifPresent(artemis::setUser);
        settings.password().ifPresent(artemis::setPassword);
        // A message belongs to a worker only once that worker is free for it.
        artemis.setConsumerWindowSize(0);
        artemis.setBlockOnDurableSend(true);
        artemis.setCallTimeout(5_000);
        // Without credits: a broker that gives none, as its disk is full, would hold up the thread for ever. What comes
        // in is
        // stopped at the webhook instead, and work in hand may end.
        artemis.setProducerWindowSize(-1);
        // No class is ever made from a message.
        artemis.setDeserializationDenyList("*");
        return artemis;
    }
}
