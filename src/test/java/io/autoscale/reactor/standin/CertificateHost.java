package io.autoscale.reactor.standin;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * What a reactor meets when it downloads SNS's signing certificate: an HTTPS server that is {@code sns.REGION.amazonaws.com}
 * for whoever trusts {@link #trustStore}, behind a proxy that knows the way to that host and to no other.
 */
public final class CertificateHost implements AutoCloseable {

    private static final String PASSWORD = "changeit";

    private final String host;
    private final Path trustStore;
    private final HttpsServer server;
    private final ServerSocket proxy;
    private final ExecutorService workers = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "certificate-host");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean refusing;

    /** @param directory where the trust store is written */
    public CertificateHost(SnsSigner signer, Path directory)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        host = signer.certificateUrl().getHost();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        X509Certificate certificate = certificate(keys);
        trustStore = directory.resolve("trust.p12");
        KeyStore trust = empty();
        trust.setCertificateEntry("sns", certificate);
        try (OutputStream out = Files.newOutputStream(trustStore)) {
            trust.store(out, PASSWORD.toCharArray());
        }
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls(keys, certificate)));
        server.setExecutor(workers);
        server.createContext("/", exchange -> {
            try (exchange) {
                boolean known = exchange.getRequestURI()
                        .getPath()
                        .equals(signer.certificateUrl().getPath());
                byte[] body = (known ? signer.certificate() : "Not found").getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(known ? 200 : 404, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        proxy = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        workers.execute(this::serve);
    }

    /** The options of a JVM that is to meet this host. */
    public List<String> jvmOptions() {
        return List.of(
                "-Dhttps.proxyHost=127.0.0.1",
                "-Dhttps.proxyPort=" + proxy.getLocalPort(),
                "-Djavax.net.ssl.trustStore=" + trustStore,
                "-Djavax.net.ssl.trustStoreType=PKCS12",
                "-Djavax.net.ssl.trustStorePassword=" + PASSWORD);
    }

    /** Whether the way to the host is closed. */
    public void refuse(boolean isRefusing) {
        refusing = isRefusing;
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        server.stop(0);
        workers.shutdownNow();
    }

    private void serve() {
        try {
            while (true) {
                Socket client = proxy.accept();
                workers.execute(() -> tunnel(client));
            }
        } catch (IOException closed) {
            // That is the end.
        }
    }

    private void tunnel(Socket client) {
        try (client;
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
            String request = in.readLine();
            for (String line = request; line != null && !line.isEmpty(); line = in.readLine()) {
                // The head of the request; after it the client waits for the answer.
            }
            if (refusing || !("CONNECT " + host + ":443 HTTP/1.1").equals(request)) {
                client.getOutputStream().write("HTTP/1.1 503 No way\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                return;
            }
            try (Socket target = new Socket(
                    server.getAddress().getAddress(), server.getAddress().getPort())) {
                client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                workers.execute(() -> copy(target, client));
                copy(client, target);
            }
        } catch (IOException ended) {
            // One side has gone; closing the other says so.
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException ended) {
            // As above.
        }
    }

    private X509Certificate certificate(KeyPair keys)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        X500Principal name = new X500Principal("CN=" + host);
        Instant now = Instant.now();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.ONE,
                Date.from(now.minus(Duration.ofDays(1))),
                Date.from(now.plus(Duration.ofDays(1))),
                name,
                keys.getPublic());
        builder.addExtension(
                Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.dNSName, host)));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }

    private static SSLContext tls(KeyPair keys, X509Certificate certificate)
            throws IOException, GeneralSecurityException {
        KeyStore own = empty();
        own.setKeyEntry("sns", keys.getPrivate(), PASSWORD.toCharArray(), new X509Certificate[] {certificate});
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(own, PASSWORD.toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        return tls;
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
