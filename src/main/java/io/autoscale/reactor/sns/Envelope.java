package io.autoscale.reactor.sns;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * An SNS message as it was delivered: whole and well-formed, but nothing in it is proven until {@link SnsVerifier} has
 * seen it.
 *
 * @param body the delivery as it came
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html">Message formats</a>
 */
record Envelope(
        Type type,
        String messageId,
        String topicArn,
        String message,
        Instant timestamp,
        String signatureVersion,
        String signingCertUrl,
        String token,
        String subscribeUrl,
        String body) {

    enum Type {
        NOTIFICATION("Notification"),
        SUBSCRIPTION_CONFIRMATION("SubscriptionConfirmation"),
        UNSUBSCRIBE_CONFIRMATION("UnsubscribeConfirmation");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        static Optional<Type> of(String text) {
            return Arrays.stream(values())
                    .filter(type -> type.text.equals(text))
                    .findFirst();
        }

        /** Whether messages of this type carry a Token and a SubscribeURL. */
        boolean isConfirmation() {
            return this != NOTIFICATION;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Leaves out body, token and link. */
    @Override
    public String toString() {
        return type + " " + messageId + " of " + topicArn;
    }
}
