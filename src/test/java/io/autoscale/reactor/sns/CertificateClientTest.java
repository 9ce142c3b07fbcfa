package io.autoscale.reactor.sns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.regions.Region;

class CertificateClientTest {

    private static final URI SOME = URI.create("https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem");
    private static final SnsSigner SNS = new SnsSigner("us-east-1", Clock.systemUTC());

    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void aCertificateIsFetchedOnceAndServedToTheVerifier() throws Exception {
        try (CertificateClient client = client(() -> SnsSigner.answer(200, SNS.certificate()))) {
            client.obtain(SOME);
            client.obtain(SOME);
            assertThat(asked).hasValue(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 400, 403, 404, 410})
    void aCertificateThatIsNotThereIsTheSendersFault(int status) {
        try (CertificateClient client = client(() -> SnsSigner.answer(status, SNS.certificate()))) {
            assertThatThrownBy(() -> client.obtain(SOME))
                    .isInstanceOf(CertificateException.class)
                    .hasMessageContaining(Integer.toString(status));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504, 408, 429})
    void aHostThatCannotAnswerNowIsNotTheSendersFault(int status) {
        try (CertificateClient client = client(() -> SnsSigner.answer(status, ""))) {
            assertThatThrownBy(() -> client.obtain(SOME)).isInstanceOf(Unverifiable.class);
        }
    }

    @Test
    void aHostThatIsNotReachedIsNotTheSendersFaultAndIsLeftAloneForAMoment() {
        try (CertificateClient client = client(() -> {
            throw new UnknownHostException("sns.us-east-1.amazonaws.com");
        })) {
            assertThatThrownBy(() -> client.obtain(SOME)).isInstanceOf(Unverifiable.class);
            assertThatThrownBy(() -> client.obtain(SOME)).isInstanceOf(Unverifiable.class);
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void aFloodOfNamesIsFetchedFourAtOnceAndItsEndIsTheEndOfIt() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        ExecutorService senders = Executors.newCachedThreadPool();
        Host host = () -> {
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return SnsSigner.answer(404, "");
        };
        try (CertificateClient client = client(host, Duration.ofMinutes(1))) {
            BlockingQueue<String> answers = new LinkedBlockingQueue<>();
            for (int i = 0; i < 20; i++) {
                URI name = SOME.resolve("/flood-" + i + ".pem");
                senders.execute(() ->
                        answers.add(catchThrowable(() -> client.obtain(name)).getMessage()));
            }
            for (int i = 0; i < 20 - 4 - 4; i++) {
                assertThat(answers.poll(30, TimeUnit.SECONDS)).isEqualTo("too many certificates are being downloaded");
            }
            await().untilAsserted(() -> assertThat(asked).hasValue(4));
            goOn.countDown();
            for (int i = 0; i < 8; i++) {
                assertThat(answers.poll(30, TimeUnit.SECONDS)).contains("404");
            }

            assertThatThrownBy(() -> client.obtain(SOME)).hasMessageContaining("404");
        } finally {
            senders.shutdownNow();
        }
    }

    @Test
    void aHostThatNeverFinishesIsGivenUp() {
        CountDownLatch never = new CountDownLatch(1);
        InputStream stuck = new InputStream() {
            @Override
            public int read() throws IOException {
                try {
                    never.await();
                    return -1;
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        };
        try (CertificateClient client = client(() -> answer(stuck))) {
            assertThatThrownBy(() -> client.obtain(SOME))
                    .isInstanceOf(Unverifiable.class)
                    .hasMessageContaining("took too long");
        }
    }

    @Test
    void aCertificateThatIsTooLargeIsNotReadToItsEnd() {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return '\n';
            }
        };
        try (CertificateClient client = client(() -> answer(endless))) {
            assertThatThrownBy(() -> client.obtain(SOME))
                    .isInstanceOf(CertificateException.class)
                    .hasMessageContaining("larger");
        }
    }

    @Test
    void whatIsNotACertificateIsRefusedAndNotKept() {
        try (CertificateClient client = client(() -> SnsSigner.answer(200, "<html>Log in to this network</html>"))) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> client.obtain(SOME))
                        .isInstanceOf(CertificateException.class)
                        .hasMessageContaining("not a certificate");
            }
            assertThat(asked).hasValue(2);
        }
    }

    @Test
    void aKeyThatIsNotRsaIsRefused() {
        SnsSigner ec = new SnsSigner(
                Region.US_EAST_1,
                Clock.systemUTC(),
                "EC",
                "sns.amazonaws.com",
                Instant.now().minusSeconds(60),
                Duration.ofDays(1));
        try (CertificateClient client = client(() -> SnsSigner.answer(200, ec.certificate()))) {
            assertThatThrownBy(() -> client.obtain(SOME)).hasMessageContaining("RSA");
        }
    }

    @Test
    void aCertificateIsBelievedOnlyWhileItIsValid() {
        for (Duration off : new Duration[] {Duration.ofDays(-2), Duration.ofDays(400)}) {
            Clock clock = Clock.fixed(Instant.now().plus(off), ZoneOffset.UTC);
            try (CertificateClient client = new CertificateClient(SNS.certificateClient(), clock)) {
                assertThatThrownBy(() -> client.obtain(SNS.certificateUrl()))
                        .isInstanceOf(CertificateException.class)
                        .hasMessageMatching("it has expired|it is not valid yet");
            }
        }
    }

    @Test
    void theVerifierCannotMakeItFetchAnythingElse() {
        try (CertificateClient client = client(() -> SnsSigner.answer(200, SNS.certificate()))) {
            ExecutableHttpRequest request = client.prepareRequest(HttpExecuteRequest.builder()
                    .request(SdkHttpRequest.builder()
                            .method(SdkHttpMethod.GET)
                            .uri(SOME)
                            .build())
                    .build());
            assertThatThrownBy(request::call).isInstanceOf(IOException.class);
            assertThat(asked).hasValue(0);
        }
    }

    @Test
    void onTheRealNetworkARedirectIsNotFollowedAndADrippingHostIsGivenUp() throws Exception {
        List<String> paths = new CopyOnWriteArrayList<>();
        CountDownLatch gone = new CountDownLatch(1);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            paths.add(exchange.getRequestURI().getPath());
            if (exchange.getRequestURI().getPath().equals("/redirect.pem")) {
                exchange.getResponseHeaders().set("Location", "/elsewhere.pem");
                exchange.sendResponseHeaders(302, -1);
                exchange.close();
                return;
            }
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream body = exchange.getResponseBody()) {
                while (true) {
                    body.write('\n');
                    body.flush();
                    LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
                }
            } catch (IOException e) {
                gone.countDown();
            }
        });
        server.start();
        String origin = "http://127.0.0.1:" + server.getAddress().getPort();
        try (CertificateClient client =
                new CertificateClient(CertificateClient.network(), Clock.systemUTC(), Duration.ofSeconds(1))) {
            assertThatThrownBy(() -> client.obtain(URI.create(origin + "/redirect.pem")))
                    .isInstanceOf(CertificateException.class)
                    .hasMessageContaining("302");
            assertThatThrownBy(() -> client.obtain(URI.create(origin + "/drip.pem")))
                    .isInstanceOf(Unverifiable.class)
                    .hasMessageContaining("took too long");
            assertThat(gone.await(30, TimeUnit.SECONDS)).as("connection closed").isTrue();
            assertThat(paths).containsExactly("/redirect.pem", "/drip.pem");
        } finally {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    private interface Host {
        HttpExecuteResponse answer() throws IOException;
    }

    private CertificateClient client(Host host) {
        return client(host, Duration.ofSeconds(1));
    }

    private CertificateClient client(Host host, Duration deadline) {
        SdkHttpClient delegate = new SdkHttpClient() {
            @Override
            public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
                return new ExecutableHttpRequest() {
                    @Override
                    public HttpExecuteResponse call() throws IOException {
                        asked.incrementAndGet();
                        return host.answer();
                    }

                    @Override
                    public void abort() {
                        // The thread is interrupted as well.
                    }
                };
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
        return new CertificateClient(delegate, Clock.systemUTC(), deadline);
    }

    private static HttpExecuteResponse answer(InputStream body) {
        return HttpExecuteResponse.builder()
                .response(SdkHttpResponse.builder().statusCode(200).build())
                .responseBody(AbortableInputStream.create(body))
                .build();
    }
}
