package io.autoscale.reactor.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyEncryptionContext;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SshKeyFileTest {

    private static KeyPair rsa;
    private static KeyPair ec;

    @TempDir
    Path directory;

    @BeforeAll
    static void makeKeys() throws Exception {
        KeyPairGenerator rsaKeys = KeyPairGenerator.getInstance("RSA");
        rsaKeys.initialize(2048);
        rsa = rsaKeys.generateKeyPair();
        KeyPairGenerator ecKeys = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
        ecKeys.initialize(new ECGenParameterSpec("secp256r1"));
        ec = ecKeys.generateKeyPair();
    }

    @Test
    void readsOpenSshKeysOfAnyType() throws Exception {
        KeyPair ed25519 = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
        for (KeyPair pair : Arrays.asList(rsa, ec, ed25519)) {
            assertThat(loaded(openSsh(pair, null), Optional.empty())).isEqualTo(fingerprint(pair));
        }
    }

    @Test
    void readsAnEncryptedOpenSshKey() throws Exception {
        assertThat(loaded(openSsh(rsa, "open sesame"), Optional.of("open sesame")))
                .isEqualTo(fingerprint(rsa));
    }

    @Test
    void readsPkcs8Keys() throws Exception {
        assertThat(loaded(pem("PRIVATE KEY", rsa.getPrivate().getEncoded()), Optional.empty()))
                .isEqualTo(fingerprint(rsa));
        assertThat(loaded(pem("PRIVATE KEY", ec.getPrivate().getEncoded()), Optional.empty()))
                .isEqualTo(fingerprint(ec));
    }

    @Test
    void readsAnEncryptedPkcs8Key() throws Exception {
        assertThat(loaded(encryptedPkcs8(rsa, "open sesame"), Optional.of("open sesame")))
                .isEqualTo(fingerprint(rsa));
    }

    @Test
    void readsPkcs1AndSec1Keys() throws Exception {
        assertThat(written(rsa)).contains("BEGIN RSA PRIVATE KEY");
        assertThat(loaded(written(rsa), Optional.empty())).isEqualTo(fingerprint(rsa));
        assertThat(written(ec)).contains("BEGIN EC PRIVATE KEY");
        assertThat(loaded(written(ec), Optional.empty())).isEqualTo(fingerprint(ec));
    }

    @Test
    void saysWhenTheFileIsMissing() {
        assertThatThrownBy(() -> SshKeyFile.load(directory.resolve("none"), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(directory.resolve("none").toString())
                .hasMessageContaining("does not exist");
    }

    @Test
    void saysWhenTheFileIsADirectory() {
        assertThatThrownBy(() -> SshKeyFile.load(directory, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not a file");
    }

    @Test
    void asksForThePassphraseOfAnEncryptedKey() throws Exception {
        for (String key : Arrays.asList(openSsh(ec, "open sesame"), encryptedPkcs8(rsa, "open sesame"))) {
            refuses(key, Optional.empty(), "reactor.ssh.private-key-passphrase");
        }
    }

    @Test
    void saysWhenThePassphraseIsWrong() throws Exception {
        for (String key : Arrays.asList(openSsh(ec, "open sesame"), encryptedPkcs8(rsa, "open sesame"))) {
            refuses(key, Optional.of("guessed"), "passphrase given");
        }
    }

    @Test
    void refusesWhatIsNoPrivateKey() throws Exception {
        refuses("", Optional.empty(), "holds no private key");
        refuses("sensitive text, no key", Optional.empty(), "Expected a private key");
        refuses(PublicKeyEntry.toString(ec.getPublic()), Optional.empty(), "Expected a private key");
        refuses(
                pem("PRIVATE KEY", "sensitive".getBytes(StandardCharsets.UTF_8)),
                Optional.empty(),
                "Expected a private");
        String whole = openSsh(ec, null);
        refuses(whole.substring(0, whole.length() / 2), Optional.empty(), "Expected a private key");
        refuses("x".repeat(70_000), Optional.empty(), "larger than");
    }

    private void refuses(String content, Optional<String> passphrase, String reason) throws IOException {
        Path file = Files.writeString(directory.resolve("key"), content);
        assertThatThrownBy(() -> SshKeyFile.load(file, passphrase))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessageContaining(file.toString())
                .hasMessageContaining(reason)
                .hasMessageNotContaining("sensitive")
                .hasMessageNotContaining("guessed");
    }

    private String loaded(String content, Optional<String> passphrase) throws Exception {
        Path file = Files.writeString(directory.resolve("key"), content);
        return fingerprint(
                SshKeyFile.load(file, passphrase).loadKeys(null).iterator().next());
    }

    private static String fingerprint(KeyPair pair) {
        return KeyUtils.getFingerPrint(pair.getPublic());
    }

    private static String openSsh(KeyPair pair, String passphrase) throws Exception {
        OpenSSHKeyEncryptionContext encryption = null;
        if (passphrase != null) {
            encryption = new OpenSSHKeyEncryptionContext();
            encryption.setCipherName("AES");
            encryption.setCipherMode("CTR");
            encryption.setCipherType("256");
            encryption.setPassword(passphrase);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "test", encryption, out);
        return out.toString(StandardCharsets.US_ASCII);
    }

    private static String encryptedPkcs8(KeyPair pair, String passphrase) throws Exception {
        return written(new JcaPKCS8Generator(
                pair.getPrivate(),
                new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                        .setPassword(passphrase.toCharArray())
                        .build()));
    }

    /** Writes a pair in the form of its algorithm's own (PKCS#1, SEC1), or what a generator makes of it. */
    private static String written(Object key) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(key);
        }
        return text.toString();
    }

    private static String pem(String kind, byte[] content) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + kind
                + "-----\n";
    }
}
