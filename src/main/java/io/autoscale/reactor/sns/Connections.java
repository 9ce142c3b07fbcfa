package io.autoscale.reactor.sns;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Ends connections on which no request comes: however a sender drips or dozes, it holds a connection for a bounded time, and
 * all of them together are bounded in number. One that has sent a request is left alone until it is answered, which has a
 * limit of its own. When there are too many, the one that has kept us waiting longest goes, so that idle connections of
 * somebody keep nobody else out.
 */
final class Connections {

    private final Vertx vertx;
    private final Limits limits;

    /** Those without a request under way, with their timers; who waits longest comes first. */
    private final Map<HttpConnection, Long> waiting = new LinkedHashMap<>();

    private final Set<HttpConnection> open = new HashSet<>();

    /**
     * What a sender may take.
     *
     * @param atOnce deliveries handled at once; more are answered 429
     * @param connections connections open at once
     * @param firstRequest from the opening of a connection until the first lines of a request are there
     * @param nextRequest from an answer until those of the next one are
     */
    record Limits(int atOnce, int connections, Duration firstRequest, Duration nextRequest) {}

    Connections(Vertx vertx, Limits limits) {
        this.vertx = vertx;
        this.limits = limits;
    }

    /**
     * The channel tells that it was closed: Vert.x 4.5.27 calls no close handler while a further request waits for the answer
     * of the one before.
     */
    void opened(HttpServerConnection connection) {
        Optional<HttpConnection> oneTooMany = add(connection);
        connection.channel().closeFuture().addListener(closed -> forget(connection));
        oneTooMany.ifPresent(HttpConnection::close);
    }

    /** A request has begun: what it takes from here on is limited by others. */
    void requested(HttpConnection connection) {
        stopWaiting(connection);
    }

    /** The request is answered; another one may follow. */
    void answered(HttpConnection connection) {
        await(connection, limits.nextRequest());
    }

    synchronized int open() {
        return open.size();
    }

    private synchronized void forget(HttpConnection connection) {
        open.remove(connection);
        stopWaiting(connection);
    }

    /** An answer may come to its end after its connection. */
    private synchronized void await(HttpConnection connection, Duration limit) {
        if (!open.contains(connection)) {
            return;
        }
        stopWaiting(connection);
        waiting.put(connection, vertx.setTimer(limit.toMillis(), over -> connection.close()));
    }

    private synchronized void stopWaiting(HttpConnection connection) {
        Long timer = waiting.remove(connection);
        if (timer != null) {
            vertx.cancelTimer(timer);
        }
    }

    /** Counts the new one; if that is one too many, returns who has to go for it. */
    private synchronized Optional<HttpConnection> add(HttpConnection connection) {
        open.add(connection);
        await(connection, limits.firstRequest());
        if (open.size() <= limits.connections()) {
            return Optional.empty();
        }
        HttpConnection longest = waiting.keySet().iterator().next();
        forget(longest);
        return Optional.of(longest);
    }
}
