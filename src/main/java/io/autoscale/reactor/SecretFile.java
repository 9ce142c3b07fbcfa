package io.autoscale.reactor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that holds one secret and nothing else, such as a container or a credential of systemd brings it. */
final class SecretFile {

    /** Bytes; no password is that long. */
    static final int LIMIT = 4096;

    private SecretFile() {}

    /**
     * Reads it, without the line break that an editor or {@code echo} may have put at its end.
     *
     * @throws IllegalArgumentException saying what is wrong with the file, and nothing of what stands in it
     */
    static String read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(file + " is not a file that can be read.");
        }
        byte[] bytes = bytes(file);
        if (bytes.length > LIMIT) {
            throw new IllegalArgumentException(
                    file + " has more than " + LIMIT + " bytes: expected the secret and nothing else.");
        }
        String secret = text(file, bytes).replaceFirst("\\r?\\n\\z", "");
        if (secret.isBlank()) {
            throw new IllegalArgumentException(file + " is empty: expected the secret.");
        }
        return secret;
    }

    private static byte[] bytes(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(LIMIT + 1);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " is not a file that can be read.", e);
        }
    }

    private static String text(Path file, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    file + " is not text in UTF-8: expected the secret and nothing else.", e);
        }
    }
}
