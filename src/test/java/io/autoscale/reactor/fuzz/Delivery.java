package io.autoscale.reactor.fuzz;

import java.nio.charset.StandardCharsets;

/**
 * What one turn sends.
 *
 * @param request every byte of it
 * @param kind what was changed
 * @param due what has to come back
 * @param messageId the MessageId that SNS signed
 * @param untouchable a certificate URL that must not be asked for, or empty text
 */
record Delivery(byte[] request, Kind kind, Due due, String messageId, String untouchable) {

    enum Kind {
        GENUINE,
        MESSAGE_CHANGED_THEN_SIGNED,
        ENVELOPE_CHANGED_THEN_SIGNED,
        FOREIGN_TOPIC,
        BODY_CHANGED,
        BYTES_CHANGED,
        HEADERS_CHANGED,
        FIRST_LINES_CHANGED,
        FRAMING_CHANGED,
        REQUEST_CHANGED
    }

    enum Due {
        /** 200. */
        ACCEPTED,
        /** An answer, whichever. */
        ANSWER,
        /** An answer, or the end of the connection. */
        ANYTHING,
        /** The same; and it is told that nothing more comes. */
        CUT;

        /** Whether the request is HTTP, and the connection can be used again. */
        boolean isOrderly() {
            return this == ACCEPTED || this == ANSWER;
        }
    }

    /** Whether the answer has no body. */
    boolean isHead() {
        return new String(request, 0, Math.min(5, request.length), StandardCharsets.ISO_8859_1).equals("HEAD ");
    }

    /** The request, readable, for a report. */
    String shown() {
        String text = new String(request, StandardCharsets.ISO_8859_1);
        return text.length() > 3000 ? text.substring(0, 3000) + "... (" + text.length() + " bytes)" : text;
    }
}
