package io.autoscale.reactor.check;

import io.autoscale.reactor.admin.ManagementPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;

/**
 * Looks whether a port is free, or taken by a reactor that runs already.
 *
 * @param key the setting that names the port
 * @param management where a running reactor tells its health
 */
record Port(String key, String host, int number, ManagementPort management) implements Probe {

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
        try {
            return management.client().tellsHealth();
        } catch (IOException e) {
            return false;
        }
    }
}
