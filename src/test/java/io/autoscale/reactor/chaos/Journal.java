package io.autoscale.reactor.chaos;

import io.autoscale.reactor.queue.Broker;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientRequestor;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.api.core.management.ManagementHelper;

/** Looks into the journal of a reactor that does not run: what is on its queues, delayed messages included. */
final class Journal {

    private static final String URL = "vm://77";

    private Journal() {}

    /** How many messages wait on each of these queues; 0 for one that does not exist. */
    static Map<String, Long> waiting(Path data, List<String> queues) throws Exception {
        Broker broker = new Broker(URL, data, () -> {
            // What can't be read shows as a failure below.
        });
        broker.start();
        try (ServerLocator locator = ActiveMQClient.createServerLocator(URL);
                ClientSessionFactory sessions = locator.createSessionFactory();
                ClientSession session = sessions.createSession()) {
            session.start();
            Map<String, Long> waiting = new LinkedHashMap<>();
            ClientRequestor management = new ClientRequestor(session, "activemq.management"); // closed by its session
            for (String queue : queues) {
                ClientMessage question = session.createMessage(false);
                ManagementHelper.putAttribute(question, "queue." + queue, "messageCount");
                ClientMessage answer = management.request(question);
                waiting.put(
                        queue,
                        ManagementHelper.hasOperationSucceeded(answer)
                                ? ((Number) ManagementHelper.getResult(answer)).longValue()
                                : 0);
            }
            return waiting;
        } finally {
            broker.stop();
        }
    }
}
