package io.autoscale.reactor.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyEncryptionContext;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.util.security.SecurityUtils;
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
        KeyPairGenerator ecKeys = KeyPairGenerator.getInstance("EC");
        ecKeys.initialize(new ECGenParameterSpec("secp256r1"));
        ec = ecKeys.generateKeyPair();
    }

    @Test
    void readsOpenSshKeysOfAnyType() throws Exception {
        KeyPair ed25519 = SecurityUtils.getKeyPairGenerator("EdDSA").generateKeyPair();
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
    void readsAPkcs1Key() throws Exception {
        assertThat(loaded(pem("RSA PRIVATE KEY", inner(rsa)), Optional.empty())).isEqualTo(fingerprint(rsa));
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
        String algorithm = "PBEWithHmacSHA256AndAES_256";
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(
                Cipher.ENCRYPT_MODE,
                SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(passphrase.toCharArray())));
        AlgorithmParameters parameters = cipher.getParameters();
        byte[] encrypted = cipher.doFinal(pair.getPrivate().getEncoded());
        return pem("ENCRYPTED PRIVATE KEY", new EncryptedPrivateKeyInfo(parameters, encrypted).getEncoded());
    }

    /** The PKCS#1 key that a PKCS#8 key of this size wraps: after 26 bytes of header. */
    private static byte[] inner(KeyPair pair) {
        byte[] pkcs8 = pair.getPrivate().getEncoded();
        return Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
    }

    private static String pem(String kind, byte[] content) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + kind
                + "-----\n";
    }
}
