package io.autoscale.reactor.chaos;

import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.Ports;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SaltApi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The packaged program, {@code bin/reactor run}, as a process of its own. It may be started, killed, stopped and started
 * again: home, ports and log stay the same. Closing it leaves no process behind.
 */
final class ReactorProcess implements AutoCloseable {

    private final Path program;
    private final Path home;
    private final Path log;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final int port = Ports.free();
    private final int managementPort = Ports.free();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private Optional<Process> process = Optional.empty();

    /**
     * A program that is not started yet.
     *
     * @param program the directory that {@code mvn package} leaves
     * @param home an empty directory, or that of a reactor that ran before
     * @param log appended to by all that is printed
     * @param settings environment variables, such as {@code REACTOR_SALT_URL}; the ports are added
     */
    ReactorProcess(Path program, Path home, Path log, Map<String, String> settings) throws IOException {
        this.program = program.toAbsolutePath();
        this.home = home.toAbsolutePath();
        this.log = log.toAbsolutePath();
        environment.put("PATH", System.getenv("PATH"));
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("CAMEL_SERVER_HOST", "127.0.0.1");
        environment.put("CAMEL_SERVER_PORT", String.valueOf(port));
        environment.put("CAMEL_MANAGEMENT_PORT", String.valueOf(managementPort));
        environment.putAll(settings);
        copyRoutes();
    }

    /** The settings of a reactor among these stand-ins, as environment variables; to be added to. */
    static Map<String, String> settings(Cloud cloud) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("AWS_ENDPOINT_URL", cloud.aws().url().toString());
        settings.put("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
        settings.put("AWS_SECRET_ACCESS_KEY", "example");
        settings.put("REACTOR_AWS_REGION", "us-east-1");
        settings.put("REACTOR_SNS_TOPICS", RunningReactor.TOPIC);
        settings.put("REACTOR_SALT_URL", cloud.salt().url().toString());
        settings.put("REACTOR_SALT_USERNAME", SaltApi.USER);
        settings.put("REACTOR_SALT_PASSWORD", SaltApi.PASSWORD);
        settings.put("REACTOR_SALT_EAUTH", SaltApi.EAUTH);
        settings.put("REACTOR_SSH_PORT", String.valueOf(cloud.host().port()));
        settings.put("REACTOR_SSH_PRIVATE_KEY", cloud.privateKey().toString());
        settings.put("REACTOR_MAIL_HOST", "127.0.0.1");
        settings.put("REACTOR_MAIL_PORT", String.valueOf(cloud.mailbox().port()));
        settings.put("REACTOR_MAIL_FROM", "reactor@example.org");
        settings.put("REACTOR_MAIL_TO", "admin@example.org");
        settings.put("REACTOR_MAIL_TLS", "none");
        return settings;
    }

    synchronized void start() {
        if (isRunning()) {
            throw new IllegalStateException("The reactor runs already.");
        }
        ProcessBuilder builder = new ProcessBuilder(
                        program.resolve("bin/reactor").toString(), "run", "--home", home.toString())
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            mark("started");
            process = Optional.of(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized boolean isRunning() {
        return process.filter(Process::isAlive).isPresent();
    }

    synchronized long pid() {
        return process.orElseThrow().pid();
    }

    /** Whether it says of itself that it takes deliveries. */
    boolean isReady() {
        try {
            return get("/observe/health/ready").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Waits until it takes deliveries; fails at once if it ends before. */
    void awaitReady(Duration atMost) {
        await("the reactor is ready")
                .dontCatchUncaughtExceptions()
                .atMost(atMost)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    if (!isRunning()) {
                        throw new IllegalStateException("The reactor ended by itself; see " + log);
                    }
                    return isReady();
                });
    }

    /** Ends it as a crash does: kill -9. */
    synchronized void kill() {
        process.filter(Process::isAlive).ifPresent(running -> {
            running.destroyForcibly();
            waitFor(running, Duration.ofSeconds(30));
            mark("killed");
        });
    }

    /** Ends it as an operator does: SIGTERM. Returns its exit code, or nothing if it was still there after this long. */
    synchronized Optional<Integer> stop(Duration atMost) {
        Process running = process.orElseThrow();
        mark("told to stop");
        running.destroy();
        return waitFor(running, atMost) ? Optional.of(running.exitValue()) : Optional.empty();
    }

    URI webhook() {
        return URI.create("http://127.0.0.1:" + port + "/hook/ec2/autoscale");
    }

    /** Asks the management port. */
    HttpResponse<String> get(String path) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** The work that was given up, a line each. */
    List<String> parked() throws IOException {
        return get("/admin/parked")
                .body()
                .lines()
                .filter(line -> !line.startsWith("Nothing"))
                .toList();
    }

    Path home() {
        return home;
    }

    @Override
    public void close() {
        kill();
    }

    /** A line in the log that is not the reactor's own. */
    private void mark(String what) {
        try {
            Files.writeString(log, "---- " + what + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean waitFor(Process ending, Duration atMost) {
        try {
            return ending.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void copyRoutes() throws IOException {
        Path routes = Files.createDirectories(home.resolve("routes"));
        try (Stream<Path> files = Files.list(program.resolve("routes"))) {
            for (Path file : files.toList()) {
                Path copy = routes.resolve(file.getFileName());
                if (Files.notExists(copy)) {
                    Files.copy(file, copy);
                }
            }
        }
    }
}
