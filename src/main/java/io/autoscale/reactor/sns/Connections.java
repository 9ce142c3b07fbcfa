package io.autoscale.reactor.sns;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

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

    private int open;

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

    void opened(HttpConnection connection) {
        synchronized (this) {
            open++;
        }
        connection.closeHandler(closed -> closed(connection));
        await(connection, limits.firstRequest());
        longestWaiting().ifPresent(HttpConnection::close);
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
        return open;
    }

    private synchronized void closed(HttpConnection connection) {
        open--;
        stopWaiting(connection);
    }

    private synchronized void await(HttpConnection connection, Duration limit) {
        stopWaiting(connection);
        waiting.put(connection, vertx.setTimer(limit.toMillis(), over -> connection.close()));
    }

    private synchronized void stopWaiting(HttpConnection connection) {
        Long timer = waiting.remove(connection);
        if (timer != null) {
            vertx.cancelTimer(timer);
        }
    }

    /** Who has to go, if there are too many. */
    private synchronized Optional<HttpConnection> longestWaiting() {
        return open > limits.connections() ? waiting.keySet().stream().findFirst() : Optional.empty();
    }
}
