package io.autoscale.reactor.sns;

import static io.autoscale.reactor.sns.RunningWebhook.TOPIC;
import static io.autoscale.reactor.sns.RunningWebhook.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.sns.SnsSettings.Confirm;
import io.autoscale.reactor.standin.Ports;
import io.autoscale.reactor.standin.SnsSigner;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.impl.HttpServerConnection;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What senders may take of the webhook that doze, drip, are many, or speak something that is not quite HTTP. */
class ConnectionsTest {

    private static final String TEST = "{\"Event\":\"autoscaling:TEST_NOTIFICATION\"}";
    private static final String HEAD = "POST " + RunningWebhook.PATH + " HTTP/1.1\r\nHost: reactor\r\n";
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final SnsSigner sns = new SnsSigner("us-east-1", Clock.systemUTC());
    private final List<Socket> sockets = new ArrayList<>();
    private RunningWebhook webhook;

    @AfterEach
    void closeAll() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        if (webhook != null) {
            webhook.close();
        }
    }

    @Test
    void aThousandIdleConnectionsAndSlowSendersKeepNoDeliveryOut() throws Exception {
        start(WebhookServerFactory.LIMITS);
        for (int n = 0; n < 1000; n++) {
            open("");
        }
        for (int n = 0; n < 50; n++) {
            open(HEAD + "X-Slow: ");
            open(HEAD + "Content-Type: text/plain\r\nContent-Length: 1000\r\n\r\n{");
        }
        deliver();
    }

    @Test
    void aConnectionWithoutARequestIsClosedHoweverItDrips() throws Exception {
        start(new Connections.Limits(100, 100, SHORT, LONG));
        Socket silent = open("");
        Socket dripping = open(HEAD);
        awaitClosed(silent);
        await().atMost(PATIENCE).until(() -> !send(dripping, "X: y\r\n"));
        deliver();
    }

    @Test
    void anAnsweredConnectionIsClosedIfNoFurtherRequestComes() throws Exception {
        start(new Connections.Limits(100, 100, LONG, SHORT));
        Socket socket = open("GET " + RunningWebhook.PATH + " HTTP/1.1\r\nHost: reactor\r\n\r\n");
        assertThat(answer(socket)).startsWith("HTTP/1.1 405 ");
    }

    @Test
    void aBodyThatDoesNotComeIsAnsweredAndItsConnectionClosed() throws Exception {
        start(new Connections.Limits(100, 100, LONG, LONG));
        Socket socket = open(HEAD + "Content-Type: text/plain\r\nContent-Length: 1000\r\n\r\n{");
        assertThat(answer(socket)).startsWith("HTTP/1.1 503 ");
    }

    @Test
    void ofTooManyConnectionsTheOneThatIsIdleForLongestGoes() throws Exception {
        start(new Connections.Limits(100, 3, LONG, LONG));
        Socket first = open("");
        Socket second = open("");
        deliver();
        open("");
        open("");
        awaitClosed(first);
        awaitClosed(second);
        deliver();
    }

    @Test
    void aConnectionThatEndsWhileARequestWaitsInLineIsNotCountedAnyMore() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            Connections connections = new Connections(vertx, new Connections.Limits(100, 100, LONG, LONG));
            HttpServer server = vertx.createHttpServer()
                    .connectionHandler(opened -> connections.opened((HttpServerConnection) opened))
                    .requestHandler(neverAnswered -> {})
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
                send(socket, HEAD + "\r\n" + HEAD + "Content-Length: 2\r\n\r\n{");
                await().atMost(PATIENCE).until(() -> connections.open() == 1);
            }
            await().atMost(PATIENCE).until(() -> connections.open() == 0);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: x\r\n",
                "Content-Length: -1\r\n",
                "Content-Length: 2\r\nContent-Length: 3\r\n",
                "Content-Length: 99999999999999999999\r\n",
                "Content-Type : text/plain\r\n",
                " folded: x\r\n",
                "no colon\r\n"
            })
    void whatCanBeReadInTwoWaysIsAnswered400AndEndsTheConnection(String header) throws Exception {
        start(new Connections.Limits(100, 100, LONG, SHORT));
        Socket socket = open(HEAD + "Content-Type: text/plain\r\n" + header + "\r\n{}");
        assertThat(answer(socket)).matches("(?s)(HTTP/1.1 4(00|13|15) .*|)");
        deliver();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 4\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 4",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: \u000bchunked"
            })
    void nothingIsReadBehindABodyWhoseEndIsAMatterOfOpinion(String lengths) throws Exception {
        start(new Connections.Limits(100, 100, LONG, LONG));
        Socket socket = open(HEAD + "Content-Type: text/plain\r\n" + lengths + "\r\n\r\n0\r\n\r\n" + HEAD + "\r\n");
        assertThat(answer(socket)).startsWith("HTTP/1.1 400 ").containsOnlyOnce("HTTP/1.1 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "POST / HTTP/0.9\r\n\r\n",
                "POST / HTTP/1.2\r\nHost: x\r\n\r\n",
                "POST / HTTPS/1.1\r\nHost: x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
                "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
                "CONNECT other:443 HTTP/1.1\r\nHost: other\r\n\r\n",
                "GET http://other/ HTTP/1.1\r\nHost: other\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
                "BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
                "\u0016\u0003\u0001 hello\r\n\r\n"
            })
    void whatTheWebhookDoesNotSpeakIsRefused(String request) throws Exception {
        start(new Connections.Limits(100, 100, SHORT, SHORT));
        assertThat(answer(open(request))).matches("(?s)(\\S+ (400|404|405) .*|)");
        deliver();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.3\r\nHost: x", "HTTP/1.1\r\nHost: %"})
    void aHeadThatOnlyWeRefuseIsToldAsAnyRefusal(String rest) throws Exception {
        start(new Connections.Limits(100, 100, SHORT, SHORT));
        webhook.notices().expectedMessageCount(1);
        answer(open("POST " + RunningWebhook.PATH + " " + rest + "\r\n\r\n"));
        webhook.notices().assertIsSatisfied();
    }

    @Test
    void aHeadWithoutEndIsRefused() throws Exception {
        start(new Connections.Limits(100, 100, SHORT, SHORT));
        assertThat(answer(open(HEAD + "X: " + "y".repeat(100_000)))).matches("(?s)(HTTP/1.[01] 431 .*|)");
        assertThat(answer(open("GET /" + "y".repeat(100_000) + " HTTP/1.1"))).matches("(?s)(HTTP/1.[01] 414 .*|)");
        deliver();
    }

    private void start(Connections.Limits limits) throws Exception {
        webhook = new RunningWebhook(
                sns,
                sns.certificateClient(),
                settings(Confirm.AUTO, Set.of("2")),
                Ports.free(),
                new WebhookServerFactory(limits));
    }

    private void deliver() throws Exception {
        assertThat(webhook.deliver(sns.notification(TOPIC, null, TEST)).statusCode())
                .isEqualTo(200);
    }

    private Socket open(String request) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), webhook.port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        sockets.add(socket);
        send(socket, request);
        return socket;
    }

    /** Whether the connection still takes it. */
    private static boolean send(Socket socket, String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** All that comes until the connection is closed, which it must be; a reset closes it, too. */
    private static String answer(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        InputStream in = socket.getInputStream();
        try {
            for (int next = in.read(); next >= 0; next = in.read()) {
                answer.append((char) next);
            }
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            // reset
        }
        return answer.toString();
    }

    private static void awaitClosed(Socket socket) throws IOException {
        assertThat(answer(socket)).isEmpty();
    }
}
