package io.autoscale.reactor.sns;

import io.autoscale.reactor.mail.Notice;
import java.util.Optional;

/**
 * How a delivery is turned away.
 *
 * @param status HTTP status of the answer
 * @param text the answer: one line that says why
 * @param notice what the administrators are told about it, if they are to be told now
 */
public record Refusal(int status, String text, Optional<Notice> notice) {

    static final String CONTENT_TYPE = "text/plain; charset=utf-8";

    static final Refusal NOT_READY =
            new Refusal(503, "The reactor is starting or stopping; deliver again.\n", Optional.empty());
}
