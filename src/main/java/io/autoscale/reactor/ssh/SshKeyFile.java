package io.autoscale.reactor.ssh;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.security.SecurityUtils;

/** The file that holds the reactor's private key. */
public final class SshKeyFile {

    private static final int LIMIT = 64 * 1024;
    private static final String EXPECTED = "Expected a private key in OpenSSH, PKCS#1, PKCS#8 or EC (SEC1) PEM form.";

    private SshKeyFile() {}

    /**
     * Reads the key at once, so that a bad file is found at the start of the program: {@code camel-ssh} would read it for
     * each connection, and fail with a NullPointerException.
     *
     * @throws IllegalArgumentException if there is no usable key; names the file and what was expected, never its content
     */
    public static KeyPairProvider load(Path file, Optional<String> passphrase) {
        byte[] content = read(file);
        AtomicBoolean encrypted = new AtomicBoolean();
        FilePasswordProvider password = (session, resource, retry) -> {
            encrypted.set(true);
            return passphrase.orElse(null);
        };
        try {
            Iterable<KeyPair> pairs = SecurityUtils.loadKeyPairIdentities(
                    null, NamedResource.ofName(file.toString()), new ByteArrayInputStream(content), password);
            Iterator<KeyPair> pair = pairs == null ? null : pairs.iterator();
            if (pair == null || !pair.hasNext()) {
                throw new IllegalArgumentException("The SSH key file " + file + " holds no private key. " + EXPECTED);
            }
            return KeyPairProvider.wrap(pair.next());
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw encrypted.get() ? encryptedKey(file, passphrase) : noKey(file, e);
        }
    }

    private static byte[] read(Path file) {
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("The SSH key file " + file + " does not exist. " + EXPECTED);
        }
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("The SSH key file " + file + " is not a file. " + EXPECTED);
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LIMIT + 1);
            if (content.length > LIMIT) {
                throw new IllegalArgumentException(
                        "The SSH key file " + file + " is larger than 64 KiB, so it is no key. " + EXPECTED);
            }
            return content;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "The SSH key file " + file + " cannot be read ("
                            + e.getClass().getSimpleName() + "): the reactor's user needs read permission.",
                    e);
        }
    }

    /** Causes are left out here and below: their messages may hold parts of the file. */
    private static IllegalArgumentException encryptedKey(Path file, Optional<String> passphrase) {
        return new IllegalArgumentException(
                passphrase.isPresent()
                        ? "The SSH key file " + file + " cannot be decrypted with the passphrase given."
                        : "The SSH key file " + file
                                + " is encrypted: set reactor.ssh.private-key-passphrase, or use a key without one.");
    }

    private static IllegalArgumentException noKey(Path file, Exception e) {
        if (e instanceof IllegalArgumentException mine
                && mine.getMessage() != null
                && mine.getMessage().startsWith("The SSH key file ")) {
            return mine;
        }
        return new IllegalArgumentException("The SSH key file " + file + " is not a usable private key. " + EXPECTED);
    }
}
