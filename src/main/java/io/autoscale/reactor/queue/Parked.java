package io.autoscale.reactor.queue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoscale.reactor.event.Foreign;
import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.event.Work;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import org.springframework.jms.core.JmsTemplate;

/** The work that was given up: lists it, puts it back on the queue that it came from, or drops it. */
public final class Parked {

    private static final String QUEUE = "parked";
    private static final long WAIT_MILLIS = 2_000;

    private final JmsTemplate jms;
    private final ObjectMapper json;

    public Parked(ConnectionFactory connections, ObjectMapper json) {
        this.jms = new JmsTemplate(connections);
        this.jms.setSessionTransacted(true);
        this.json = json;
    }

    /**
     * A parked message.
     *
     * @param id for {@link #replay} and {@link #discard}
     * @param queue where it is put back; empty if it is not the reactor's
     * @param instance whom it is about, if anybody
     */
    public record Item(
            String id,
            Optional<String> queue,
            Optional<InstanceId> instance,
            String group,
            String failure,
            String at,
            int attempts) {

        /** It is shown on a terminal, and anybody who can write to the broker may have written it. */
        public Item {
            group = Foreign.line(group);
            failure = Foreign.line(failure);
            at = Foreign.line(at);
        }

        boolean is(String what) {
            return what.equals("all")
                    || what.equals(id)
                    || instance.map(InstanceId::value).filter(what::equals).isPresent();
        }

        /** One line for people. */
        @Override
        public String toString() {
            return String.join(
                    "  ",
                    id,
                    instance.map(InstanceId::value).orElse("-"),
                    group.isEmpty() ? "-" : group,
                    at,
                    attempts + (attempts == 1 ? " attempt" : " attempts"),
                    failure);
        }
    }

    /** All that is parked, oldest first. */
    public List<Item> list() {
        return jms.browse(QUEUE, (session, browser) -> items(browser));
    }

    /** Puts back what is meant, with all its attempts before it again; returns what was put back. */
    public List<Item> replay(String what) {
        List<Item> replayed = new ArrayList<>();
        for (Item item : list()) {
            if (item.is(what) && item.queue().isPresent() && take(item, item.queue())) {
                replayed.add(item);
            }
        }
        return replayed;
    }

    /** Drops the message of this id; returns whether there was one. */
    public boolean discard(String id) {
        return list().stream().filter(item -> item.id().equals(id)).anyMatch(item -> take(item, Optional.empty()));
    }

    /** Takes a message, and in the same transaction sends it where it belongs, if anywhere. */
    private boolean take(Item item, Optional<String> queue) {
        return Boolean.TRUE.equals(jms.execute(
                session -> {
                    String selector = "JMSMessageID = 'ID:" + item.id() + "'";
                    try (MessageConsumer consumer = session.createConsumer(session.createQueue(QUEUE), selector)) {
                        Message message = consumer.receive(WAIT_MILLIS);
                        if (message == null) {
                            return false;
                        }
                        if (queue.isPresent()) {
                            send(session, queue.get(), ((TextMessage) message).getText());
                        }
                        session.commit();
                        return true;
                    }
                },
                true));
    }

    private static void send(Session session, String queue, String body) throws JMSException {
        try (MessageProducer producer = session.createProducer(session.createQueue(queue))) {
            producer.send(session.createTextMessage(body));
        }
    }

    private List<Item> items(QueueBrowser browser) throws JMSException {
        List<Item> items = new ArrayList<>();
        for (Enumeration<?> messages = browser.getEnumeration(); messages.hasMoreElements(); ) {
            items.add(item((Message) messages.nextElement()));
        }
        return items;
    }

    private Item item(Message message) throws JMSException {
        JsonNode body = body(message);
        return new Item(
                message.getJMSMessageID().replaceFirst("^ID:", ""),
                queue(body),
                Optional.of(body.path("instance").asText())
                        .filter(InstanceId::isValid)
                        .map(InstanceId::new),
                body.path("group").asText(),
                Optional.ofNullable(message.getStringProperty(Headers.FAILURE)).orElse("cause unknown"),
                Optional.ofNullable(message.getStringProperty(Headers.FAILED_AT))
                        .orElse("-"),
                message.getObjectProperty(Headers.ATTEMPT) instanceof Integer attempts ? attempts : 0);
    }

    private JsonNode body(Message message) throws JMSException {
        try {
            return message instanceof TextMessage text && text.getText() != null
                    ? json.readTree(text.getText())
                    : json.missingNode();
        } catch (JsonProcessingException e) {
            return json.missingNode();
        }
    }

    /** By what the message is: an event by the work that it asks for, a notice by its text. */
    private static Optional<String> queue(JsonNode body) {
        if (body.path("work").asText().equals(Work.BOOTSTRAP.name())) {
            return Optional.of("launches");
        }
        if (body.path("work").asText().equals(Work.DELETE_KEY.name())) {
            return Optional.of("terminations");
        }
        if (body.has("work")) {
            return Optional.of("events");
        }
        return body.has("subject") && body.has("text") ? Optional.of("notices") : Optional.empty();
    }
}
