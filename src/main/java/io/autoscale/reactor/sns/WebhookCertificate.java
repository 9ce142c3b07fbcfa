package io.autoscale.reactor.sns;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.X509KeyManager;

/**
 * The webhook's own certificate: two PEM files, which whoever renews it replaces.
 *
 * @param chain {@code reactor.webhook.certificate}: the certificate, and behind it those that lead to a public authority
 * @param privateKey {@code reactor.webhook.private-key}: its key, not encrypted
 */
public record WebhookCertificate(Path chain, Path privateKey) {

    /** How a key of each type signs. */
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

    private static final byte[] ANYTHING = {1, 2, 3};

    /**
     * Reads both files as they are now.
     *
     * @throws IllegalArgumentException if they are not a certificate with its key; names the settings, and nothing that is in
     *     the files
     */
    public PemKeyCertOptions read() {
        PemKeyCertOptions pem = new PemKeyCertOptions()
                .setCertValue(content("reactor.webhook.certificate", chain))
                .setKeyValue(content("reactor.webhook.private-key", privateKey));
        Optional<X509KeyManager> keys;
        try {
            // Vert.x is asked for files by their names only, and these are here.
            keys = Arrays.stream(pem.getKeyManagerFactory(null).getKeyManagers())
                    .filter(X509KeyManager.class::isInstance)
                    .map(X509KeyManager.class::cast)
                    .findFirst();
        } catch (Exception e) {
            throw problem("are not a certificate chain and a private key. Expected PEM files, not encrypted:"
                    + " BEGIN CERTIFICATE; BEGIN PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY.");
        }
        if (keys.filter(WebhookCertificate::belongTogether).isEmpty()) {
            throw problem("do not belong together: the key is not that of the first certificate of the chain.");
        }
        return pem;
    }

    private static boolean belongTogether(X509KeyManager keys) {
        return SIGNATURES.keySet().stream()
                .flatMap(type ->
                        Stream.ofNullable(keys.getServerAliases(type, null)).flatMap(Arrays::stream))
                .allMatch(alias -> belongTogether(keys.getCertificateChain(alias)[0], keys.getPrivateKey(alias)));
    }

    private static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
        try {
            Signature signature = Signature.getInstance(SIGNATURES.get(key.getAlgorithm()));
            signature.initSign(key);
            signature.update(ANYTHING);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(ANYTHING);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static Buffer content(String setting, Path file) {
        try {
            return Buffer.buffer(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    setting + ": " + file + " cannot be read (" + e.getClass().getSimpleName()
                            + "). Expected a PEM file that the reactor's user may read.",
                    e);
        }
    }

    /** Without a cause: its message may hold parts of the files. */
    private IllegalArgumentException problem(String what) {
        return new IllegalArgumentException("reactor.webhook.certificate and reactor.webhook.private-key: " + chain
                + " and " + privateKey + " " + what);
    }
}
