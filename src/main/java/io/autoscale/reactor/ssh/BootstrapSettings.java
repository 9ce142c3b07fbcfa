package io.autoscale.reactor.ssh;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * What runs on a new instance.
 *
 * @param script file with the script
 * @param timeout hard limit for the script
 * @param attempts how many attempts there are in all
 * @param retryDelay before the second attempt; four times as long before each further one
 * @param url of bootstrap-salt, which installs Salt where it is not installed
 * @param version what bootstrap-salt is to install, such as {@code stable 3007}; empty for its default
 * @param arguments further options of bootstrap-salt
 * @param sha256 what bootstrap-salt's checksum must be; empty: it is not checked
 */
public record BootstrapSettings(
        Path script,
        Duration timeout,
        int attempts,
        Duration retryDelay,
        String url,
        String version,
        String arguments,
        String sha256) {

    public BootstrapSettings {
        Objects.requireNonNull(script, "script");
        if (!sha256.isEmpty() && !sha256.matches("[0-9a-fA-F]{64}")) {
            throw new IllegalArgumentException("reactor.bootstrap.sha256 must be 64 hexadecimal digits.");
        }
    }
}
