package io.autoscale.reactor.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ConsoleHostKeysTest {

    private static final String BEGIN = "-----BEGIN SSH HOST KEY KEYS-----\n";
    private static final String END = "-----END SSH HOST KEY KEYS-----\n";

    private static String ed25519;
    private static String ecdsa;
    private static String rsa;

    @BeforeAll
    static void makeKeys() throws Exception {
        KeyPairGenerator ecKeys = KeyPairGenerator.getInstance("EC");
        ecKeys.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPairGenerator rsaKeys = KeyPairGenerator.getInstance("RSA");
        rsaKeys.initialize(2048);
        ed25519 = line(KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256));
        ecdsa = line(ecKeys.generateKeyPair());
        rsa = line(rsaKeys.generateKeyPair());
    }

    @Test
    void readsTheThreeKindsOfKeys() {
        String console = "[    0.000000] Linux version 6.1\n-----BEGIN SSH HOST KEY FINGERPRINTS-----\n"
                + "256 SHA256:abc root@ip-10-0-3-7 (ECDSA)\n-----END SSH HOST KEY FINGERPRINTS-----\n" + BEGIN + ecdsa
                + " root@ip-10-0-3-7\n" + ed25519 + " root@ip-10-0-3-7\n" + rsa + " root@ip-10-0-3-7\n" + END
                + "[   20.1] cloud-init[1234]: done\n";

        assertThat(parse(console)).containsExactly(ecdsa, ed25519, rsa);
    }

    @Test
    void readsLinesWithPrefixesAndCarriageReturns() {
        String console =
                "[   12.3] cloud-init[99]: " + BEGIN.replace("\n", "\r\n") + "ci-info: " + ed25519 + " root@x\r\n"
                        + "<14>Nov 22 19:49:00 cloud-init: " + rsa + "\r\n[   12.4] audit: noise\r\n[   12.5] " + END;

        assertThat(parse(console)).containsExactly(ed25519, rsa);
    }

    @Test
    void takesTheLastCompleteBlock() {
        String console = BEGIN + rsa + "\n" + END + BEGIN + ed25519 + "\n" + END + BEGIN + ecdsa + "\n";

        assertThat(parse(console)).containsExactly(ed25519);
    }

    @Test
    void takesWhatIsLeftOfACutBlock() {
        assertThat(parse(BEGIN + ed25519 + "\n" + rsa.substring(0, 200))).containsExactly(ed25519);
        assertThat(parse(ed25519.substring(30) + "\n" + rsa + "\n" + END + "more\n"))
                .containsExactly(rsa);
    }

    @Test
    void ignoresKeysThatAreNotInABlock() {
        assertThat(parse("authorized: " + rsa + "\nmore\n")).isEmpty();
        assertThat(parse("authorized: " + rsa + "\nmore\n" + ed25519 + "\n" + END))
                .containsExactly(ed25519);
        assertThat(parse(BEGIN + ed25519 + "\n" + END + rsa + "\n")).containsExactly(ed25519);
    }

    @Test
    void ignoresGarbage() {
        assertThat(ConsoleHostKeys.parse(null)).isEmpty();
        assertThat(parse("")).isEmpty();
        assertThat(parse(BEGIN + "ssh-rsa AAAA\nssh-ed25519 " + "A".repeat(68) + "\n\u0000\u001b[2J\n" + END))
                .isEmpty();
        assertThat(parse(BEGIN + rsa.replace("AAAAB3", "AAAA3B") + "\n" + ed25519 + "\n" + END))
                .containsExactly(ed25519);
    }

    @Test
    void isBounded() {
        String many = BEGIN + (ed25519 + "\n").repeat(1000) + END;

        assertThat(ConsoleHostKeys.parse(many)).hasSizeLessThanOrEqualTo(16);
        assertThat(parse(BEGIN + rsa + "\n" + END + "x".repeat(1024 * 1024))).isEmpty();
    }

    private static List<String> parse(String console) {
        return ConsoleHostKeys.parse(console).stream()
                .map((PublicKey key) -> PublicKeyEntry.toString(key))
                .toList();
    }

    private static String line(KeyPair pair) {
        return PublicKeyEntry.toString(pair.getPublic());
    }
}
