package io.autoscale.reactor.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/** A port of 127.0.0.1 in front of a server that leads to it, or breaks every connection off, or stays silent. */
final class Door implements AutoCloseable {

    /** What happens to connections. */
    enum State {
        OPEN,
        BROKEN,
        SILENT
    }

    private final int target;
    private final ServerSocket port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService workers = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "door");
        thread.setDaemon(true);
        return thread;
    });
    private volatile State state = State.OPEN;

    Door(int target) throws IOException {
        this.target = target;
        this.port = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        workers.execute(this::serve);
    }

    int port() {
        return port.getLocalPort();
    }

    /** From now on this holds, also for connections that are there already: those are cut. */
    void be(State wanted) {
        state = wanted;
        open.forEach(Door::cut);
    }

    @Override
    public void close() throws IOException {
        port.close();
        open.forEach(Door::cut);
        workers.shutdownNow();
    }

    private void serve() {
        try {
            while (true) {
                Socket client = port.accept();
                open.add(client);
                workers.execute(() -> lead(client));
            }
        } catch (IOException | RejectedExecutionException closed) {
            // That is the end.
        }
    }

    private void lead(Socket client) {
        if (state == State.SILENT) {
            return; // until it is cut
        }
        try (client;
                Socket server = new Socket(InetAddress.getByName("127.0.0.1"), target)) {
            if (state == State.OPEN) {
                workers.execute(() -> copy(server, client));
                copy(client, server);
            }
        } catch (IOException | RejectedExecutionException ended) {
            // One side has gone; closing the other says so.
        } finally {
            open.remove(client);
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

    private static void cut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed.
        }
    }
}
