package io.autoscale.reactor.sns;

/**
 * A delivery is turned away for good, by the fault of who sent it: it is answered with a 4xx, which SNS does not repeat,
 * and nothing of it is stored. The message is fit for the answer and for a log: it repeats nothing of the delivery.
 */
public class Rejected extends Exception {

    private static final long serialVersionUID = 1L;

    /** The delivery is not one of SNS, or contradicts itself. */
    static final int MALFORMED = 400;
    /** The delivery is not genuine. */
    static final int NOT_GENUINE = 403;

    private final int status;
    private final String topicArn;
    private final String messageId;
    private final boolean genuine;

    /**
     * @param status HTTP status of the answer
     * @param reason why, as the second half of "Refused delivery ...: "
     * @param topicArn TopicArn that the delivery claims, or empty text; dropped here unless it is one
     * @param messageId MessageId that the delivery claims, or empty text; dropped here unless it looks like one
     */
    public Rejected(int status, String reason, String topicArn, String messageId) {
        this(status, reason, topicArn, messageId, false);
    }

    private Rejected(int status, String reason, String topicArn, String messageId, boolean genuine) {
        super(reason);
        this.status = status;
        this.topicArn = TopicArn.isValid(topicArn) ? topicArn : "";
        this.messageId = EnvelopeReader.isMessageId(messageId) ? messageId : "";
        this.genuine = genuine;
    }

    /** The verified message does not make sense to us, which the administrators should know. */
    static Rejected notUnderstood(String reason, Envelope envelope) {
        return new Rejected(MALFORMED, reason, envelope.topicArn(), envelope.messageId(), true);
    }

    public int status() {
        return status;
    }

    public String topicArn() {
        return topicArn;
    }

    public String messageId() {
        return messageId;
    }

    /** Whether AWS did send this: then a person has to find out why it is not understood. */
    public boolean isGenuine() {
        return genuine;
    }
}
