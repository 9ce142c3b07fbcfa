package io.autoscale.reactor.admin;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Speaks with the reactor that runs on this machine, at its management port. */
public final class RunningReactorClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .build();
    private final URI base;

    public RunningReactorClient(String host, int port) {
        this.base = URI.create("http://" + host + ":" + port + ParkedOverHttp.PATH);
    }

    /** @throws IOException if no reactor answers there */
    public String parked() throws IOException {
        return send(HttpRequest.newBuilder(base).GET());
    }

    /** @throws IOException if no reactor answers there */
    public String replay(String what) throws IOException {
        return send(
                HttpRequest.newBuilder(URI.create(base + "/replay/" + what)).POST(HttpRequest.BodyPublishers.noBody()));
    }

    /** @throws IOException if no reactor answers there */
    public String discard(String id) throws IOException {
        return send(
                HttpRequest.newBuilder(URI.create(base + "/discard/" + id)).POST(HttpRequest.BodyPublishers.noBody()));
    }

    private String send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<String> answer =
                    http.send(request.timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("what listens there answers " + answer.statusCode());
            }
            return answer.body().stripTrailing();
        } catch (ConnectException e) {
            // Its own message is null.
            throw new IOException("nothing listens there", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
