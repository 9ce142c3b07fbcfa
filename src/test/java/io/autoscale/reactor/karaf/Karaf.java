package io.autoscale.reactor.karaf;

import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.CertificateHost;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.Ports;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SaltApi;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A stock Apache Karaf, as a process of its own, on free ports and among stand-ins. */
final class Karaf implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(180);

    private final Path home;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final int port = Ports.free();
    private final int managementPort = Ports.free();
    private final int sshPort = Ports.free();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Optional<Process> process = Optional.empty();

    /**
     * A Karaf that is not started yet.
     *
     * @param distribution as it is unpacked
     * @param home where it is copied to
     */
    Karaf(Path distribution, Path home, Cloud cloud, CertificateHost certificates) throws IOException {
        this.home = home;
        copy(distribution, home);
        replace("etc/users.properties", "(?m)^#(karaf = |_g_)", "$1");
        replace("etc/org.apache.karaf.shell.cfg", "(?m)^sshPort = .*", "sshPort = " + sshPort);
        replace("etc/org.apache.karaf.shell.cfg", "(?m)^sshHost = .*", "sshHost = 127.0.0.1");
        replace(
                "etc/org.apache.karaf.management.cfg",
                "(?m)^rmiRegistryPort = .*",
                "rmiRegistryPort = " + Ports.free());
        replace("etc/org.apache.karaf.management.cfg", "(?m)^rmiServerPort = .*", "rmiServerPort = " + Ports.free());
        Files.writeString(
                home.resolve("etc/org.ops4j.pax.logging.cfg"), documentedLogLevels(), StandardOpenOption.APPEND);
        environment.putAll(settings(cloud));
        environment.put("PATH", System.getenv("PATH"));
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("KARAF_EXEC", "exec");
        // Caches of the JDK that give way when memory is short give way at once, so that what else holds a class shows.
        environment.put(
                "EXTRA_JAVA_OPTS", String.join(" ", certificates.jvmOptions()) + " -XX:SoftRefLRUPolicyMSPerMB=0");
    }

    private Map<String, String> settings(Cloud cloud) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("CAMEL_SERVER_HOST", "127.0.0.1");
        settings.put("CAMEL_SERVER_PORT", String.valueOf(port));
        settings.put("CAMEL_MANAGEMENT_PORT", String.valueOf(managementPort));
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
        settings.put("REACTOR_BOOTSTRAP_ATTEMPTS", "1");
        return settings;
    }

    private static String documentedLogLevels() throws IOException {
        return Files.readAllLines(Path.of("docs/operations/karaf.md")).stream()
                .map(String::strip)
                .filter(line -> line.startsWith("log4j2.logger.reactor-"))
                .collect(Collectors.joining("\n", "\n", "\n"));
    }

    void start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(home.resolve("bin/karaf").toString(), "server")
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        home.resolve("console.log").toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        process = Optional.of(builder.start());
        KarafShell shell = shell();
        await("Karaf's shell").atMost(PATIENCE).ignoreExceptions().until(() -> shell.run("bundle:list -t 0")
                .contains("Apache Karaf :: KAR"));
    }

    /** As systemd does it. */
    void stop() throws InterruptedException {
        Process running = process.orElseThrow();
        running.destroy();
        if (!running.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("Karaf did not stop.");
        }
    }

    /** Drops it into deploy/, complete at once. */
    void deploy(Path kar) throws IOException {
        Path copy = Files.copy(kar, home.resolve("copying"));
        Files.move(copy, deployed());
    }

    Path deployed() {
        return home.resolve("deploy/reactor.kar");
    }

    KarafShell shell() {
        return new KarafShell(sshPort);
    }

    Path path(String relative) {
        return home.resolve(relative);
    }

    String log() throws IOException {
        return Files.readString(home.resolve("data/log/karaf.log"), StandardCharsets.UTF_8)
                + Files.readString(home.resolve("console.log"), StandardCharsets.UTF_8);
    }

    int port() {
        return port;
    }

    URI webhook() {
        return URI.create("http://127.0.0.1:" + port + "/hook/ec2/autoscale");
    }

    boolean isReady() {
        try {
            URI ready = URI.create("http://127.0.0.1:" + managementPort + "/observe/health/ready");
            return http.send(HttpRequest.newBuilder(ready).build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void awaitReady() {
        await("the reactor is ready")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(this::isReady);
    }

    HttpResponse<String> post(String body, Map<String, String> headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(webhook()).POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Whether a class of this name is loaded, by whatever class loader; asks the garbage collector first. */
    boolean hasLoaded(String type) throws IOException, InterruptedException {
        jcmd("GC.run");
        return jcmd("VM.class_hierarchy", type).contains("--" + type);
    }

    String threads() throws IOException, InterruptedException {
        return jcmd("Thread.print");
    }

    private String jcmd(String... command) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(Stream.concat(
                                Stream.of(
                                        Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                                .toString(),
                                        String.valueOf(process.orElseThrow().pid())),
                                Stream.of(command))
                        .toList())
                .redirectErrorStream(true)
                .start();
        String output = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (jcmd.waitFor() != 0) {
            throw new IOException(output);
        }
        return output;
    }

    private void replace(String file, String pattern, String replacement) throws IOException {
        Path path = home.resolve(file);
        String text = Files.readString(path);
        String replaced = text.replaceAll(pattern, replacement);
        if (replaced.equals(text)) {
            throw new IllegalStateException(file + " has no " + pattern);
        }
        Files.writeString(path, replaced);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(
                        file,
                        to.resolve(from.relativize(file).toString()),
                        StandardCopyOption.COPY_ATTRIBUTES,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    @Override
    public void close() {
        process.ifPresent(running -> running.destroyForcibly().onExit().join());
    }
}
