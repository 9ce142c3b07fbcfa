package io.autoscale.reactor.mail;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.autoscale.reactor.event.InstanceId;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that the administrators are told, once.
 *
 * @param kind one word for what it is about, such as {@code gave-up} or {@code refused}
 * @param subject one line
 * @param text what happened, and what to do next
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Notice(
        String kind, String subject, String text, Optional<InstanceId> instance, String group, Instant time) {

    public Notice {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(subject, "subject");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(time, "time");
        kind = oneLine(kind);
        subject = oneLine(subject);
        instance = instance == null ? Optional.empty() : instance;
        group = group == null ? "" : oneLine(group);
    }

    /** Without control, format, line-separating and surrogate characters, whatever is in it. */
    private static String oneLine(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]+", " ").strip();
    }
}
