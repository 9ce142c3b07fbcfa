package io.autoscale.reactor.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.SecureSocketProtocolsParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;

/** Certificate authorities that were given: a server's certificate has to come from one of them, and from no other. */
public final class Authorities {

    /** What is spoken with other systems; older versions are not. */
    public static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    private final TrustManagerFactory trust;

    private Authorities(TrustManagerFactory trust) {
        this.trust = trust;
    }

    /**
     * Reads the certificates of a file, one after another in PEM.
     *
     * @throws IllegalArgumentException if it cannot be read, or there is anything else or nothing at all in it
     */
    public static Authorities of(Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new CertificateException("none in the file");
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("ca-" + ++number, certificate);
            }
            return of(store);
        } catch (IOException e) {
            throw new IllegalArgumentException(pem + " is not a file that can be read.", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    pem + " does not hold certificates in PEM: expected one or more between lines"
                            + " -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----.",
                    e);
        }
    }

    /** Those of a key store; of a server's own, the server and no other. */
    public static Authorities of(KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        return new Authorities(trust);
    }

    /** For Camel's components, with those that Java trusts: {@code javax.net.ssl.trustStore}, or what comes with it. */
    public static SSLContextParameters ofJava() {
        SecureSocketProtocolsParameters protocols = new SecureSocketProtocolsParameters();
        protocols.setSecureSocketProtocol(PROTOCOLS);
        SSLContextParameters parameters = new SSLContextParameters();
        parameters.setSecureSocketProtocols(protocols);
        return parameters;
    }

    /** For Camel's components, with these authorities. */
    public SSLContextParameters parameters() {
        TrustManagersParameters managers = new TrustManagersParameters();
        managers.setTrustManager(trust.getTrustManagers()[0]);
        SSLContextParameters parameters = ofJava();
        parameters.setTrustManagers(managers);
        return parameters;
    }

    /** For what knows no Camel, with these authorities. */
    public SSLSocketFactory sockets() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java speaks TLS.", e);
        }
    }
}
