package io.autoscale.reactor.standin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that are closed for a while and opened again: below those that the system lends to outgoing
 * connections, one of which could take the port meanwhile.
 */
public final class Ports {

    private static final int FIRST = 10_000;
    private static final int LAST = 30_000;
    private static final int TRIES = 100;

    private Ports() {}

    /** A port of 127.0.0.1 that is free now. */
    public static int free() {
        for (int attempt = 1; ; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                if (attempt == TRIES) {
                    throw new UncheckedIOException(taken);
                }
            }
        }
    }
}
