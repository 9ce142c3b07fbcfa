package io.autoscale.reactor.standin;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority that nobody knows of, and the servers that it vouches for. */
public final class CertificateAuthority {

    public static final String PASSWORD = "changeit";

    private static final Duration DAY = Duration.ofDays(1);

    private final AtomicLong serial = new AtomicLong();
    private final KeyPair keys = keys();
    private final X500Principal name = new X500Principal("CN=Authority of a test");
    private final X509Certificate certificate =
            sign(name, keys.getPublic(), Instant.now().plus(DAY), Extension.basicConstraints, new BasicConstraints(0));

    /** A file with its certificate. */
    public Path pem(Path file) throws IOException, GeneralSecurityException {
        String base64 = Base64.getMimeEncoder().encodeToString(certificate.getEncoded());
        return Files.writeString(file, "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n");
    }

    /** TLS of a server of this address. */
    public SSLContext server(String address) {
        return tls(keyStore(address, Instant.now().plus(DAY)));
    }

    /** TLS of a server of this address whose certificate has expired. */
    public SSLContext expired(String address) {
        return tls(keyStore(address, Instant.now().minus(Duration.ofMinutes(1))));
    }

    /** A PKCS12 file, under {@link #PASSWORD}, with a key of a server of this address. */
    public Path keyStore(Path file, String address) throws IOException, GeneralSecurityException {
        try (OutputStream out = Files.newOutputStream(file)) {
            keyStore(address, Instant.now().plus(DAY)).store(out, PASSWORD.toCharArray());
        }
        return file;
    }

    private KeyStore keyStore(String address, Instant until) {
        int type = address.matches("[0-9.]+") ? GeneralName.iPAddress : GeneralName.dNSName;
        KeyPair own = keys();
        X509Certificate[] chain = {
            sign(
                    new X500Principal("CN=" + address),
                    own.getPublic(),
                    until,
                    Extension.subjectAlternativeName,
                    new GeneralNames(new GeneralName(type, address))),
            certificate
        };
        return keyStore(own.getPrivate(), chain);
    }

    private static KeyStore keyStore(PrivateKey key, X509Certificate[] chain) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("server", key, PASSWORD.toCharArray(), chain);
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext tls(KeyStore store) {
        try {
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, PASSWORD.toCharArray());
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(managers.getKeyManagers(), null, null);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate sign(
            X500Principal subject, PublicKey key, Instant until, ASN1ObjectIdentifier extension, ASN1Encodable value) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name,
                    BigInteger.valueOf(serial.incrementAndGet()),
                    Date.from(Instant.now().minus(DAY)),
                    Date.from(until),
                    subject,
                    key);
            builder.addExtension(extension, false, value);
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
