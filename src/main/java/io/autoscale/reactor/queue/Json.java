package io.autoscale.reactor.queue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoscale.reactor.event.Event;
import java.util.Objects;
import org.apache.camel.Body;

/** Reads the events that stand on the queues. */
public final class Json {

    private final ObjectMapper mapper;

    public Json(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** @throws Unreadable if the text is not an event; it is not repeated in the message */
    public Event event(@Body String text) throws Unreadable {
        try {
            // The JSON text "null" is read as null.
            return Objects.requireNonNull(mapper.readValue(text, Event.class), "event");
        } catch (JsonProcessingException | IllegalArgumentException | NullPointerException e) {
            throw new Unreadable(
                    "The message is not an event of this version: "
                            + e.getClass().getSimpleName() + ".",
                    e);
        }
    }
}
