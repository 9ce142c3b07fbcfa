package io.autoscale.reactor.check;

import io.autoscale.reactor.admin.RunningReactorClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;

/**
 * Looks whether a port is free, or taken by a reactor that runs already.
 *
 * @param key the setting that names the port
 */
record Port(String key, String host, int number, Address management) implements Probe {

    private static final String ANY = "0.0.0.0";

    /** Where a running reactor tells its health. */
    record Address(String host, int port) {}

    @Override
    public List<Finding> findings() {
        String place = host + ":" + number;
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), number));
            return List.of(Finding.ok(place + " is free"));
        } catch (IOException e) {
            return List.of(
                    reactorRuns()
                            ? Finding.ok(place + " is in use by a running reactor")
                            : Finding.failed(place + " cannot be opened: " + e.getMessage()
                                    + ". Stop the program that has it, or change " + key + "."));
        }
    }

    private boolean reactorRuns() {
        String reachable = management.host().equals(ANY) ? "127.0.0.1" : management.host();
        return new RunningReactorClient(reachable, management.port()).tellsHealth();
    }
}
