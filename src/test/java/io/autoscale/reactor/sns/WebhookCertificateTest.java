package io.autoscale.reactor.sns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.awaitility.Awaitility;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The webhook's own certificate, and its renewal while the webhook runs. */
class WebhookCertificateTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC"})
    void keysOfBothKindsAreRead(String algorithm) throws Exception {
        Pair pair = new Pair(algorithm);
        write(pair.certificate(), pair.privateKey());
        assertThat(files().read().getCertValue()).hasToString(pair.certificate());
    }

    @Test
    void whatIsNoCertificateWithItsKeyIsRefusedAndNothingOfItRepeated() throws Exception {
        Pair pair = new Pair("RSA");
        Pair other = new Pair("RSA");
        assertThatThrownBy(files()::read).hasMessageContaining("reactor.webhook.certificate: ");
        write("secret-text", "secret-text");
        assertThatThrownBy(files()::read)
                .hasMessageContaining("Expected PEM files")
                .hasNoCause();
        write(pair.certificate(), "secret-text");
        assertThatThrownBy(files()::read).hasMessageNotContaining("secret-text").hasNoCause();
        write(pair.certificate(), other.privateKey());
        assertThatThrownBy(files()::read).hasMessageContaining("do not belong together");
    }

    @Test
    void aRenewedCertificateIsShownAndWhileItIsHalfWrittenTheOldOne() throws Exception {
        Pair first = new Pair("RSA");
        Pair second = new Pair("EC");
        write(first.certificate(), first.privateKey());
        Vertx vertx = Vertx.vertx();
        try {
            HttpServerOptions options = WebhookServer.secured(new HttpServerOptions(), files());
            HttpServer server = vertx.createHttpServer(options)
                    .requestHandler(request -> request.response().end())
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
            Renewal renewal = new Renewal(files(), options, server);
            assertThat(shown(server, first, "TLSv1.3")).isEqualTo(first.x509());
            assertThat(shown(server, first, "TLSv1.2")).isEqualTo(first.x509());
            assertThatThrownBy(() -> shown(server, first, "TLSv1.1")).isInstanceOf(SSLException.class);

            write(second.certificate(), first.privateKey());
            renewal.look();
            assertThat(shown(server, first, "TLSv1.3")).isEqualTo(first.x509());

            write(second.certificate(), second.privateKey());
            renewal.look();
            Awaitility.await().ignoreExceptions().untilAsserted(() -> assertThat(shown(server, second, "TLSv1.3"))
                    .isEqualTo(second.x509()));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    private X509Certificate shown(HttpServer server, Pair trusted, String protocol) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("it", trusted.x509());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", 1, true)) {
            socket.setEnabledProtocols(Set.of(protocol).toArray(new String[0]));
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private WebhookCertificate files() {
        return new WebhookCertificate(directory.resolve("chain.pem"), directory.resolve("key.pem"));
    }

    private void write(String chain, String key) throws IOException {
        Files.writeString(files().chain(), chain);
        Files.writeString(files().privateKey(), key);
    }

    /** A certificate of its own making, and its key, as PEM. */
    private record Pair(X509Certificate x509, String certificate, String privateKey) {

        Pair(String algorithm) throws Exception {
            this(KeyPairGenerator.getInstance(algorithm).generateKeyPair());
        }

        private Pair(KeyPair keys) throws Exception {
            this(selfSigned(keys), keys);
        }

        private Pair(X509Certificate x509, KeyPair keys) throws Exception {
            this(x509, pem(x509), pem(new JcaPKCS8Generator(keys.getPrivate(), null)));
        }

        private static X509Certificate selfSigned(KeyPair keys) throws Exception {
            X500Principal name = new X500Principal("CN=localhost");
            String signature = keys.getPrivate().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
            Instant now = Instant.now();
            return new JcaX509CertificateConverter()
                    .getCertificate(new JcaX509v3CertificateBuilder(
                                    name,
                                    BigInteger.valueOf(System.nanoTime()),
                                    Date.from(now.minus(Duration.ofDays(1))),
                                    Date.from(now.plus(Duration.ofDays(30))),
                                    name,
                                    keys.getPublic())
                            .build(new JcaContentSignerBuilder(signature).build(keys.getPrivate())));
        }

        private static String pem(Object object) throws IOException {
            StringWriter text = new StringWriter();
            try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
                writer.writeObject(object);
            }
            return text.toString();
        }
    }
}
