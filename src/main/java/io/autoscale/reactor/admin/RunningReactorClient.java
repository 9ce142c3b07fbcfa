package io.autoscale.reactor.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Speaks with the reactor that runs on this machine, at its management port. It does so with the JDK's old client, as the
 * threads of the new one stay until the garbage collector finds them, and a shell asks from inside a long-lived process.
 */
public final class RunningReactorClient {

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(4);

    private final String base;

    public RunningReactorClient(String host, int port) {
        this.base = "http://" + host + ":" + port;
    }

    /** @throws IOException if no reactor answers there */
    public String parked() throws IOException {
        return ask("GET", ParkedOverHttp.PATH);
    }

    /** @throws IOException if no reactor answers there */
    public String replay(String what) throws IOException {
        return ask("POST", ParkedOverHttp.PATH + "/replay/" + what);
    }

    /** @throws IOException if no reactor answers there */
    public String discard(String id) throws IOException {
        return ask("POST", ParkedOverHttp.PATH + "/discard/" + id);
    }

    /** Whether a reactor tells its health there, be it good or bad. */
    public boolean tellsHealth() {
        try {
            return send("GET", "/observe/health", HEALTH_TIMEOUT).body().contains("\"status\"");
        } catch (IOException e) {
            return false;
        }
    }

    private String ask(String method, String path) throws IOException {
        try {
            Answer answer = send(method, path, TIMEOUT);
            if (answer.status() != HttpURLConnection.HTTP_OK) {
                throw new IOException("what listens there answers " + answer.status());
            }
            return answer.body().stripTrailing();
        } catch (ConnectException e) {
            throw new IOException("nothing listens there", e);
        }
    }

    private record Answer(int status, String body) {}

    private Answer send(String method, String path, Duration timeout) throws IOException {
        HttpURLConnection request =
                (HttpURLConnection) URI.create(base + path).toURL().openConnection(Proxy.NO_PROXY);
        request.setRequestMethod(method);
        request.setConnectTimeout((int) CONNECT.toMillis());
        request.setReadTimeout((int) timeout.toMillis());
        request.setRequestProperty("Connection", "close");
        if (method.equals("POST")) {
            request.setDoOutput(true);
            request.setFixedLengthStreamingMode(0);
            try (OutputStream nothing = request.getOutputStream()) {
                nothing.flush();
            }
        }
        int status = request.getResponseCode();
        try (InputStream body =
                status < HttpURLConnection.HTTP_BAD_REQUEST ? request.getInputStream() : request.getErrorStream()) {
            return new Answer(status, body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8));
        } finally {
            request.disconnect();
        }
    }
}
