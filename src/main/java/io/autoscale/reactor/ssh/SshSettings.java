package io.autoscale.reactor.ssh;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How instances are reached: the settings {@code reactor.ssh.*} and {@code reactor.bootstrap.timeout}.
 *
 * @param user login name on the instances
 * @param privateKey file of the private key
 * @param passphrase of that file, if it is encrypted
 * @param port of the SSH servers
 * @param address which of an instance's addresses is used
 * @param hostKey how host keys are checked
 * @param concurrency bootstraps at once on this reactor
 * @param bootstrapTimeout limit for the script on the instance
 */
public record SshSettings(
        String user,
        Path privateKey,
        Optional<String> passphrase,
        int port,
        AddressChoice address,
        HostKeyCheck hostKey,
        int concurrency,
        Duration bootstrapTimeout) {

    /** It stands in a URI and in messages, so it is held to what useradd allows. */
    private static final Pattern USER = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,31}");

    public SshSettings {
        Objects.requireNonNull(privateKey, "privateKey");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(hostKey, "hostKey");
        passphrase = passphrase == null ? Optional.empty() : passphrase;
        require(user != null && USER.matcher(user).matches(), "The SSH user must be a login name such as ec2-user.");
        require(port > 0 && port < 65536, "The SSH port must be between 1 and 65535.");
        require(concurrency > 0, "The number of bootstraps at once must be at least 1.");
        require(
                bootstrapTimeout != null && bootstrapTimeout.compareTo(Duration.ofSeconds(1)) >= 0,
                "The time limit of a bootstrap must be at least 1s.");
    }

    private static void require(boolean good, String message) {
        if (!good) {
            throw new IllegalArgumentException(message);
        }
    }

    /** All settings but the passphrase. */
    @Override
    public String toString() {
        return user + " with the key " + privateKey + " at port " + port + ", address " + word(address) + ", host keys "
                + word(hostKey) + ", " + concurrency + " bootstraps at once, each up to " + bootstrapTimeout.toSeconds()
                + " s";
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
