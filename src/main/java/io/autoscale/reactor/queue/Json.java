package io.autoscale.reactor.queue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoscale.reactor.event.Event;
import java.util.Objects;
import org.apache.camel.Body;

/** Reads what stands on the queues. */
public final class Json {

    private final ObjectMapper mapper;

    public Json(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** @throws Unreadable if the text is not an event; it is not repeated in the message */
    public Event event(@Body String text) throws Unreadable {
        return read(text, Event.class, "an event");
    }

    /**
     * Reads a message.
     *
     * @param what it should be, in words
     * @throws Unreadable if the text is not that; it is not repeated in the message
     */
    public <T> T read(String text, Class<T> type, String what) throws Unreadable {
        try {
            // The JSON text "null" is read as null.
            return Objects.requireNonNull(mapper.readValue(text, type), what);
        } catch (JsonProcessingException | IllegalArgumentException | NullPointerException e) {
            throw new Unreadable(
                    "The message is not " + what + " of this version: "
                            + e.getClass().getSimpleName() + ".",
                    e);
        }
    }
}
