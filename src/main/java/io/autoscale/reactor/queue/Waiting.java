package io.autoscale.reactor.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.Body;
import org.apache.camel.Header;

/**
 * Takes from a queue what waits there at this moment, so that it can be worked off in one go. It takes in the transaction
 * of the message that woke the route: all of it is done, or all of it is back on the queue.
 */
public final class Waiting {

    /** A message of the queue. */
    public record Message(String body, int checks, int attempt) {}

    private final Supplier<Optional<Message>> queue;
    private final int most;
    private final int enough;

    /**
     * @param queue gives the next message without waiting, or nothing
     * @param most how many to take in all
     * @param enough once the messages taken have so many characters together, no more is taken
     */
    public Waiting(Supplier<Optional<Message>> queue, int most, int enough) {
        this.queue = queue;
        this.most = most;
        this.enough = enough;
    }

    /** Takes messages however long they are. */
    public Waiting(Supplier<Optional<Message>> queue, int most) {
        this(queue, most, Integer.MAX_VALUE);
    }

    /** The message that woke the route, and all that wait behind it, up to the limits. */
    public List<Message> take(
            @Body String body, @Header(Headers.CHECKS) Integer checks, @Header(Headers.ATTEMPT) Integer attempt) {
        List<Message> taken = new ArrayList<>();
        taken.add(new Message(body, checks == null ? 0 : checks, attempt == null ? 0 : attempt));
        long characters = body.length();
        Optional<Message> next = Optional.empty();
        while (taken.size() < most && characters < enough && (next = queue.get()).isPresent()) {
            taken.add(next.get());
            characters += next.get().body().length();
        }
        return taken;
    }
}
