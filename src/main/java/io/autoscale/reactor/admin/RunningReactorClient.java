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
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

/**
 * Speaks with the reactor that runs on this machine, at its management port. It does so with the JDK's old client, as the
 * threads of the new one stay until the garbage collector finds them, and a shell asks from inside a long-lived process.
 */
public final class RunningReactorClient {

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(4);

    private final URI base;
    private final Optional<String> authorization;
    private final Optional<SSLSocketFactory> itself;

    /** One that speaks in clear and asks nobody who it is, as it does on loopback unless told otherwise. */
    public RunningReactorClient(String host, int port) {
        this(URI.create("http://" + host + ":" + port), Optional.empty(), Optional.empty());
    }

    /**
     * @param authorization what it wants to see in the header of that name
     * @param itself makes connections to whoever has this reactor's own private key, and to nobody else
     */
    RunningReactorClient(URI base, Optional<String> authorization, Optional<SSLSocketFactory> itself) {
        this.base = base;
        this.authorization = authorization;
        this.itself = itself;
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
                (HttpURLConnection) base.resolve(path).toURL().openConnection(Proxy.NO_PROXY);
        if (request instanceof HttpsURLConnection encrypted && itself.isPresent()) {
            encrypted.setSSLSocketFactory(itself.get());
            // The key proves it; its certificate has the name that others know it by, and not that of loopback.
            encrypted.setHostnameVerifier((host, session) -> true);
        }
        authorization.ifPresent(header -> request.setRequestProperty("Authorization", header));
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
