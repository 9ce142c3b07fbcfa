package io.autoscale.reactor.mail;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.autoscale.reactor.event.Foreign;
import io.autoscale.reactor.event.InstanceId;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that the administrators are told, once.
 *
 * @param kind one word for what it is about, such as {@code gave-up} or {@code refused}
 * @param subject one line
 * @param text what happened, and what to do next; lines end with {@code \n}
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Notice(
        String kind, String subject, String text, Optional<InstanceId> instance, String group, Instant time) {

    public Notice {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(subject, "subject");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(time, "time");
        kind = Foreign.line(kind);
        subject = Foreign.line(subject);
        // Its facts are single lines already, as Notices writes them; what no JSON can hold is not let through in any
        // case.
        text = text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Cn}\\p{Zl}\\p{Zp}&&[^\n]]", " ");
        instance = instance == null ? Optional.empty() : instance;
        group = Foreign.line(group);
    }
}
