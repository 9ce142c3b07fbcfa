package io.autoscale.reactor.mail;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.autoscale.reactor.event.InstanceId;
import java.time.Instant;
import java.util.Optional;

/** Something that the administrators are to be told. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Notice(
        String kind, String subject, String text, Optional<InstanceId> instance, String group, Instant time) {}
