package io.autoscale.reactor.standin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP server on a free port of 127.0.0.1 that can be made to fail: refuse connections, hang, answer a byte now and
 * then without end, or give one answer to everything. {@link #heal()} ends each of these. The port stays the same all the while.
 */
public abstract class HttpStandIn implements AutoCloseable {

    static {
        // Without this, each answer on a kept connection waits 40 ms for the client's delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final ExecutorService workers;
    private final int port;
    private HttpServer server;
    private boolean refusing;
    private volatile CountDownLatch healed = new CountDownLatch(1);
    private volatile Duration hang = Duration.ZERO;
    private volatile boolean dripping;
    private volatile Optional<Answer> failure = Optional.empty();
    private final Map<String, Answer> redirects = new ConcurrentHashMap<>();
    private final AtomicInteger redirected = new AtomicInteger();

    HttpStandIn(String name) {
        workers = Executors.newFixedThreadPool(64, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        port = Ports.free();
        server = listen(port);
    }

    /** Where this stand-in listens, without a path. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** From now on every request gets this answer, and nothing is done. */
    public void failWith(int status, String body) {
        failure = Optional.of(new Answer(status, "text/html;charset=utf-8", body));
    }

    /** From now on every request for this path is sent on to another place. */
    public void redirect(String path, int status, URI elsewhere) {
        redirects.put(
                path, new Answer(status, "text/html;charset=utf-8", Map.of("Location", elsewhere.toString()), ""));
    }

    /** How many requests were sent on to another place. */
    public int redirected() {
        return redirected.get();
    }

    /** From now on every request waits so long before it is looked at. */
    public void hang(Duration duration) {
        hang = duration;
    }

    /** From now on every answer comes a byte at a time and never ends. */
    public void drip() {
        dripping = true;
    }

    /** Closes the port: connections are refused, those under way are cut. */
    public synchronized void refuse() {
        server.stop(0);
        refusing = true;
    }

    /** Ends every fault; requests that hang go on at once. */
    public synchronized void heal() {
        failure = Optional.empty();
        redirects.clear();
        hang = Duration.ZERO;
        dripping = false;
        CountDownLatch waiting = healed;
        healed = new CountDownLatch(1);
        waiting.countDown();
        if (refusing) {
            server = listen(port);
            refusing = false;
        }
    }

    @Override
    public synchronized void close() {
        server.stop(0);
        workers.shutdownNow();
    }

    /** Answers one request; runs on a thread of its own and may block. */
    abstract Answer answer(Request request) throws InterruptedException;

    private HttpServer listen(int wanted) {
        try {
            HttpServer fresh =
                    HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), wanted), 1024);
            fresh.setExecutor(workers);
            fresh.createContext("/", this::serve);
            fresh.start();
            return fresh;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot listen on 127.0.0.1:" + wanted, e);
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Request request = Request.of(exchange);
            if (!hang.isZero()) {
                healed.await(hang.toMillis(), TimeUnit.MILLISECONDS);
            }
            if (dripping) {
                drip(exchange);
                return;
            }
            Answer redirect = redirects.get(request.path());
            if (redirect != null) {
                redirected.incrementAndGet();
                send(exchange, redirect);
                return;
            }
            Optional<Answer> fault = failure;
            send(exchange, fault.isPresent() ? fault.get() : answer(request));
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private void drip(HttpExchange exchange) throws IOException, InterruptedException {
        exchange.sendResponseHeaders(200, 0);
        do {
            exchange.getResponseBody().write(' ');
            exchange.getResponseBody().flush();
        } while (!healed.await(100, TimeUnit.MILLISECONDS));
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.contentType());
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    /** A request as far as the stand-ins look at it; a header that is absent is the empty string. */
    record Request(String method, String path, String contentType, String token, String cookie, String body) {

        static Request of(HttpExchange exchange) throws IOException {
            return new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    header(exchange, "Content-Type"),
                    header(exchange, "X-Auth-Token"),
                    header(exchange, "Cookie"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        }

        private static String header(HttpExchange exchange, String name) {
            String value = exchange.getRequestHeaders().getFirst(name);
            return value == null ? "" : value;
        }

        /** The body read as an HTML form, in the order sent. */
        Map<String, String> form() {
            Map<String, String> form = new LinkedHashMap<>();
            for (String pair : body.split("&")) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    form.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
                }
            }
            return form;
        }

        private static String decode(String text) {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        }
    }

    record Answer(int status, String contentType, Map<String, String> headers, String body) {

        Answer(int status, String contentType, String body) {
            this(status, contentType, Map.of(), body);
        }
    }
}
