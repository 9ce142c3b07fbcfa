package io.autoscale.reactor.check;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
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
    public List<Finding> findings() throws InterruptedException {
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

    private boolean reactorRuns() throws InterruptedException {
        String reachable = management.host().equals(ANY) ? "127.0.0.1" : management.host();
        URI health = URI.create("http://" + reachable + ":" + management.port() + "/observe/health");
        try {
            HttpResponse<String> answer = HttpClient.newBuilder()
                    .connectTimeout(Duration.ofSeconds(2))
                    .build()
                    .send(
                            HttpRequest.newBuilder(health)
                                    .timeout(Duration.ofSeconds(4))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            return answer.body().contains("\"status\"");
        } catch (IOException e) {
            return false;
        }
    }
}
