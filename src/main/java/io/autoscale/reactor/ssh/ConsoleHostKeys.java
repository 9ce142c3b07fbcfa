package io.autoscale.reactor.ssh;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;

/**
 * The host keys that cloud-init prints on the console of an instance, between
 * {@code -----BEGIN SSH HOST KEY KEYS-----} and {@code -----END SSH HOST KEY KEYS-----}.
 *
 * @see <a href="https://docs.cloud-init.io/en/latest/reference/modules.html#keys-to-console">cloud-init, Keys to
 *     Console</a>
 */
public final class ConsoleHostKeys {

    /** EC2 keeps the last 64 KB of a console; what is larger is not from there. */
    private static final int LIMIT = 256 * 1024;

    private static final int MOST_KEYS = 16;
    private static final String BEGIN = "-----BEGIN SSH HOST KEY KEYS-----";
    private static final String END = "-----END SSH HOST KEY KEYS-----";

    /** Not anchored: a console line may carry a time stamp or the name of its program in front. */
    private static final Pattern KEY =
            Pattern.compile("(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) ([A-Za-z0-9+/]{40,3000}={0,2})");

    private ConsoleHostKeys() {}

    /**
     * Returns the keys of the last complete block; if the console was cut so that none is complete, those of the block
     * that was cut. Lines that are no whole key are passed over.
     */
    public static List<PublicKey> parse(String consoleOutput) {
        String text = consoleOutput == null ? "" : consoleOutput;
        if (text.length() > LIMIT) {
            text = text.substring(text.length() - LIMIT);
        }
        List<PublicKey> complete = List.of();
        List<PublicKey> cut = List.of();
        List<PublicKey> block = new ArrayList<>();
        Place place = Place.START;
        for (String line : text.split("\\R")) {
            if (line.contains(BEGIN)) {
                block = new ArrayList<>();
                place = Place.BLOCK;
            } else if (line.contains(END)) {
                if (place == Place.BLOCK && !block.isEmpty()) {
                    complete = block;
                } else if (place == Place.START) {
                    cut = block;
                }
                place = Place.OUTSIDE;
            } else if (place != Place.OUTSIDE) {
                Optional<PublicKey> key = key(line);
                if (key.isPresent() && block.size() < MOST_KEYS) {
                    block.add(key.get());
                } else if (place == Place.START) {
                    block.clear(); // Keys elsewhere in the output are no host keys.
                }
            }
        }
        if (!complete.isEmpty()) {
            return List.copyOf(complete);
        }
        return List.copyOf(place == Place.BLOCK ? block : cut);
    }

    private enum Place {
        /** Before any mark: perhaps within a block whose beginning was cut off. */
        START,
        BLOCK,
        OUTSIDE
    }

    private static Optional<PublicKey> key(String line) {
        Matcher found = KEY.matcher(line);
        if (!found.find()) {
            return Optional.empty();
        }
        try {
            PublicKeyEntry entry = PublicKeyEntry.parsePublicKeyEntry(found.group(1) + " " + found.group(2));
            return Optional.ofNullable(entry.resolvePublicKey(null, null, PublicKeyEntryResolver.IGNORING));
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            return Optional.empty();
        }
    }
}
