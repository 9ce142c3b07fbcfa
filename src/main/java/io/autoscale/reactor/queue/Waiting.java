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

    /**
     * @param queue gives the next message without waiting, or nothing
     * @param most how many to take in all
     */
    public Waiting(Supplier<Optional<Message>> queue, int most) {
        this.queue = queue;
        this.most = most;
    }

    /** The message that woke the route, and all that wait behind it, up to the limit. */
    public List<Message> take(
            @Body String body, @Header(Headers.CHECKS) Integer checks, @Header(Headers.ATTEMPT) Integer attempt) {
        List<Message> taken = new ArrayList<>();
        taken.add(new Message(body, checks == null ? 0 : checks, attempt == null ? 0 : attempt));
        Optional<Message> next = Optional.empty();
        while (taken.size() < most && (next = queue.get()).isPresent()) {
            taken.add(next.get());
        }
        return taken;
    }
}
