package io.autoscale.reactor.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoscale.reactor.sns.RunningWebhook;
import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;

/** What is really sent and printed: where the changes begin. */
final class Seeds {

    private static final SnsSigner SNS = new SnsSigner("us-east-1", Clock.systemUTC());

    private Seeds() {}

    static List<String> announcements() {
        return Announcements.recorded().stream()
                .map(recorded -> Announcements.of(recorded, "i-0123456789abcdef0", "web"))
                .toList();
    }

    static List<String> envelopes() {
        List<String> envelopes = new ArrayList<>();
        announcements().forEach(message -> envelopes.add(SNS.notification(RunningWebhook.TOPIC, "a", message)));
        envelopes.add(SNS.subscriptionConfirmation(RunningWebhook.TOPIC, "token"));
        envelopes.add(SNS.unsubscribeConfirmation(RunningWebhook.TOPIC, "token"));
        return envelopes;
    }

    /** A console with the block of cloud-init. */
    static String console() {
        return "[   12.1] cloud-init[99]: done\n" + block() + "ci-info: no authorized keys\n";
    }

    static String block() {
        return Parsers.KEYS_BEGIN + "\n" + hostKey("ssh-ed25519", 256) + " root@ip-10-0-3-7\n[   12.3] "
                + hostKey("ecdsa-sha2-nistp256", 256) + "\r\nci-info: " + hostKey("ssh-rsa", 2048) + "\n"
                + Parsers.KEYS_END + "\n";
    }

    private static String hostKey(String type, int bits) {
        try {
            return PublicKeyEntry.toString(KeyUtils.generateKeyPair(type, bits).getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What bootstrap.sh prints. */
    static String output() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            byte[] key = generator.generateKeyPair().getPublic().getEncoded();
            return "Salt is there.\n#reactor minion-key begin\n-----BEGIN PUBLIC KEY-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
                    + "\n-----END PUBLIC KEY-----\n#reactor minion-key end\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a real salt-api answered. */
    static List<String> saltAnswers() {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/salt-api"))) {
            return files.sorted().map(Seeds::responseOf).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String responseOf(Path recorded) {
        try {
            JsonNode body = RunningWebhook.JSON
                    .readTree(Files.readString(recorded, StandardCharsets.UTF_8))
                    .path("response")
                    .path("body");
            return body.isTextual() ? body.textValue() : body.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
