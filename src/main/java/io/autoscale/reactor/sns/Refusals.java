package io.autoscale.reactor.sns;

import io.autoscale.reactor.mail.Notice;
import io.autoscale.reactor.queue.CannotStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every delivery that is turned away passes here: it is counted, logged, answered in one line, and now and then told to the
 * administrators. A flood of them fills neither the disk nor a mailbox, and one kind of refusal does not hide another.
 */
public class Refusals {

    /** Name of the counter; its tag {@code status} is the HTTP status. */
    public static final String COUNTER = "reactor.refused";

    private static final int LINES_PER_MINUTE = 10;
    private static final Duration BETWEEN_NOTICES = Duration.ofMinutes(10);
    private static final int LONGEST_CAUSE = 300;
    private static final int OVERLOADED = 429;
    private static final int UNAVAILABLE = 503;

    private static final Logger LOG = LoggerFactory.getLogger("receive");

    private final MeterRegistry meters;
    private final Clock clock;
    private final Map<String, RateLimit> lines = new ConcurrentHashMap<>();
    private final Map<String, RateLimit> notices = new ConcurrentHashMap<>();

    public Refusals(MeterRegistry meters, Clock clock) {
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Turns away a delivery because of what went wrong with it.
     *
     * @param failure {@link Rejected}: the sender's fault; anything else: ours
     * @param messageId MessageId as far as known, else null
     */
    public Refusal refuse(
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure,
            @ExchangeProperty(ReceiveRoute.MESSAGE_ID) String messageId) {
        if (failure instanceof Rejected rejected) {
            return turnAway(new Reason(
                    rejected.status(),
                    rejected.isGenuine(),
                    rejected.getMessage(),
                    "",
                    rejected.messageId(),
                    rejected.topicArn()));
        }
        String id = messageId == null ? "" : messageId;
        LOG.debug("Why delivery {} is put off:", id, failure);
        if (failure instanceof Unverifiable) {
            return turnAway(new Reason(UNAVAILABLE, false, failure.getMessage(), "", id, ""));
        }
        String cause = failure instanceof CannotStore ? failure.getMessage() : String.valueOf(failure);
        String what = " (" + PlainText.of(cause, LONGEST_CAUSE) + ")";
        return turnAway(new Reason(UNAVAILABLE, false, "it could not be stored", what, id, ""));
    }

    /** Turns away a request because of what its first lines say. */
    Refusal turnAway(int status, String reason) {
        return turnAway(new Reason(status, false, reason, "", "", ""));
    }

    /** Puts off a request while the reactor starts or stops, which is worth neither a warning nor a notice. */
    Refusal notReady() {
        count(UNAVAILABLE);
        LOG.debug("Put off a delivery: not started yet, or stopping. SNS delivers it again.");
        return Refusal.NOT_READY;
    }

    private Refusal turnAway(Reason reason) {
        count(reason.status());
        limit(lines, reason, LINES_PER_MINUTE, Duration.ofMinutes(1))
                .pass()
                .ifPresent(missed -> LOG.warn("{}{}", reason.line(reason.cause()), more(missed, reason)));
        OptionalLong missed = limit(notices, reason, 1, BETWEEN_NOTICES).pass();
        return new Refusal(
                reason.status(),
                reason.line("") + "\n",
                missed.isEmpty() ? Optional.empty() : Optional.of(notice(reason, missed.getAsLong())));
    }

    private Notice notice(Reason reason, long missed) {
        StringBuilder text = new StringBuilder(reason.line(reason.cause()));
        text.append("\nAnswer: ").append(reason.status());
        if (!reason.topicArn().isEmpty()) {
            text.append("\nTopic: ").append(reason.topicArn());
        }
        if (!reason.messageId().isEmpty()) {
            text.append("\nMessageId: ").append(reason.messageId());
        }
        return new Notice(
                "refused",
                reason.isForNow() ? "Webhook deliveries are put off" : "A webhook delivery was refused",
                text.append(more(missed, reason)).toString(),
                Optional.empty(),
                "",
                clock.instant());
    }

    private void count(int status) {
        Counter.builder(COUNTER)
                .description("Deliveries that the webhook turned away")
                .tag("status", Integer.toString(status))
                .register(meters)
                .increment();
    }

    private RateLimit limit(Map<String, RateLimit> limits, Reason reason, int allowed, Duration period) {
        return limits.computeIfAbsent(
                reason.status() + (reason.genuine() ? " genuine" : ""), any -> new RateLimit(allowed, period, clock));
    }

    private static String more(long missed, Reason reason) {
        return missed == 0 ? "" : " (" + missed + " more answered " + reason.status() + " since this was last said.)";
    }

    /**
     * Why a delivery is turned away.
     *
     * @param genuine whether it comes from AWS nevertheless
     * @param text what the sender may know
     * @param cause what only we may know, or empty text
     */
    private record Reason(int status, boolean genuine, String text, String cause, String messageId, String topicArn) {

        /** Whether SNS delivers again after this answer. */
        boolean isForNow() {
            return status == OVERLOADED || status == UNAVAILABLE;
        }

        String line(String more) {
            String delivery =
                    messageId.isEmpty() ? "a delivery" : "delivery " + messageId.split("-", 2)[0];
            return isForNow()
                    ? "Put off " + delivery + ": " + text + more + ". SNS delivers it again."
                    : "Refused " + delivery + ": " + text + more + ". Nothing was stored.";
        }
    }
}
