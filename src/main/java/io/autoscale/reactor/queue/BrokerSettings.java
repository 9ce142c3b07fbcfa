package io.autoscale.reactor.queue;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the queues are.
 *
 * @param url {@code vm://...} for the embedded broker, or the URL of any Artemis broker or cluster
 * @param data directory of the embedded broker's journal
 */
public record BrokerSettings(String url, Optional<String> username, Optional<String> password, Path data) {

    public BrokerSettings {
        Objects.requireNonNull(data, "data");
        if (!url.matches("(vm|tcp|\\(tcp|udp|jgroups).*")) {
            throw new IllegalArgumentException(
                    "expected vm://0 or the URL of an Artemis broker, such as tcp://host:61616");
        }
    }

    /** Whether the broker runs inside this process. */
    public boolean embedded() {
        return url.startsWith("vm:");
    }

    @Override
    public String toString() {
        return embedded() ? "embedded, journal in " + data : url.replaceAll("(?i)(password=)[^&;]*", "$1***");
    }
}
