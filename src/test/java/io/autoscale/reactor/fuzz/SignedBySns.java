package io.autoscale.reactor.fuzz;

import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.sns.EnvelopeReader;
import io.autoscale.reactor.sns.EventReader;
import io.autoscale.reactor.sns.Rejected;
import io.autoscale.reactor.sns.RunningWebhook;
import io.autoscale.reactor.standin.SnsSigner;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** All that SNS has signed, and what of it may become an event: the judge of what the webhook stores. */
final class SignedBySns {

    /** How many messages are remembered after they were last sent. */
    private static final int REMEMBERED = 5000;

    private final Map<String, Map<String, String>> messages = new ConcurrentHashMap<>();
    private final Set<String> tokens = ConcurrentHashMap.newKeySet();
    private final Queue<String> retired = new ConcurrentLinkedQueue<>();

    void add(Map<String, String> fields) {
        messages.put(fields.get("MessageId"), fields);
        if (isConfirmation(fields)
                && fields.get("Token") != null
                && RunningWebhook.TOPIC.equals(fields.get("TopicArn"))) {
            tokens.add(fields.get("Token"));
        }
    }

    /** This message is not sent any more. */
    void retire(String messageId) {
        retired.add(messageId);
        if (messages.size() > REMEMBERED) {
            String oldest = retired.poll();
            if (oldest != null) {
                messages.remove(oldest);
            }
        }
    }

    boolean isConfirmation(String messageId) {
        return isConfirmation(messages.get(messageId));
    }

    private static boolean isConfirmation(Map<String, String> fields) {
        return "SubscriptionConfirmation".equals(fields.get("Type"));
    }

    boolean hasToken(String token) {
        return tokens.contains(token);
    }

    /** The event that this message is, if it is one. */
    Optional<Event> event(String messageId) {
        Map<String, String> fields = messages.get(messageId);
        if (fields == null || !RunningWebhook.TOPIC.equals(fields.get("TopicArn"))) {
            return Optional.empty();
        }
        try {
            byte[] body = SnsSigner.json(fields).getBytes(StandardCharsets.UTF_8);
            Map<String, Object> headers = Map.of("x-amz-sns-message-type", fields.get("Type"));
            return Optional.of(new EventReader().read(new EnvelopeReader().read(body, headers)));
        } catch (Rejected e) {
            return Optional.empty();
        }
    }

    /** The announcement that this message carries. */
    String message(String messageId) {
        return messages.get(messageId).get("Message");
    }
}
