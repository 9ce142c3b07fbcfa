package io.autoscale.reactor.queue;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.springframework.jms.support.converter.MessageConverter;

/**
 * Reads and writes text messages alone. Any other kind of message, an ObjectMessage above all (GHSA-m5vh-3fw5-5wgh), is
 * never opened: it reads as empty text, which no route understands, so that it is parked.
 */
final class TextOnly implements MessageConverter {

    @Override
    public Message toMessage(Object body, Session session) throws JMSException {
        if (body instanceof String text) {
            return session.createTextMessage(text);
        }
        if (body instanceof byte[] json) {
            return session.createTextMessage(new String(json, java.nio.charset.StandardCharsets.UTF_8));
        }
        throw new JMSException("Only text goes on a queue, not "
                + (body == null ? "nothing" : body.getClass().getName()) + ".");
    }

    @Override
    public Object fromMessage(Message message) throws JMSException {
        return message instanceof TextMessage text && text.getText() != null ? text.getText() : "";
    }
}
