package io.autoscale.reactor.standin;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A real OpenSSH server on a free loopback port, with throwaway keys, that lets in the current user with
 * {@link #clientKey()} and nobody else. Whoever logs in has {@code REACTOR_ROOT} set to {@link #root()}, so it plays one
 * instance; a test that needs several starts several, each with a directory of its own.
 */
public final class OpenSsh implements AutoCloseable {

    /** For {@code @EnabledIf(value = OpenSsh.AVAILABLE, disabledReason = OpenSsh.MISSING)}. */
    public static final String AVAILABLE = "io.autoscale.reactor.standin.OpenSsh#available";

    public static final String MISSING = "No OpenSSH server and client here: apt-get install openssh-server";

    private static final List<Path> FOLDERS = List.of(
            Path.of("/usr/sbin"),
            Path.of("/usr/bin"),
            Path.of("/bin"),
            Path.of("/usr/local/sbin"),
            Path.of("/usr/local/bin"));

    private final Process server;
    private final int port;
    private final Path directory;
    private final ScratchRoot root;
    private final List<ProcessHandle> orphans = new ArrayList<>();

    private OpenSsh(Process server, int port, Path directory, ScratchRoot root) {
        this.server = server;
        this.port = port;
        this.directory = directory;
        this.root = root;
    }

    /** Whether an OpenSSH server, client and key generator are installed. */
    public static boolean available() {
        return Stream.of("sshd", "ssh", "ssh-keygen")
                .allMatch(name -> find(name).isPresent());
    }

    /** Starts a server that keeps all that it needs, and its scratch root, in {@code directory}. */
    public static OpenSsh start(Path directory) throws IOException, InterruptedException {
        return start(directory, List.of());
    }

    /** Starts such a server with further lines in its {@code sshd_config}. */
    public static OpenSsh start(Path directory, List<String> more) throws IOException, InterruptedException {
        Path folder = directory.toAbsolutePath();
        makeKey(folder.resolve("client_key"));
        Files.copy(folder.resolve("client_key.pub"), folder.resolve("authorized_keys"));
        for (int attempt = 1; ; attempt++) {
            Files.deleteIfExists(folder.resolve("sshd_config"));
            try {
                return boot(folder, "127.0.0.1", Ports.free(), more);
            } catch (IOException e) {
                if (attempt == 3) {
                    throw e;
                }
            }
        }
    }

    /**
     * Starts the server of an instance that has a loopback address of its own, and lets in whom the file
     * {@code authorized_keys} in its directory names. Booted again in the same directory it is the same host.
     */
    public static OpenSsh boot(Path directory, String address, int port) throws IOException, InterruptedException {
        return boot(directory, address, port, List.of());
    }

    private static OpenSsh boot(Path directory, String address, int port, List<String> more)
            throws IOException, InterruptedException {
        Path folder = directory.toAbsolutePath();
        ScratchRoot root = new ScratchRoot(Files.createDirectories(folder.resolve("root")));
        if (Files.notExists(folder.resolve("host_key.pub"))) {
            makeKey(folder.resolve("host_key"));
        }
        if ("root".equals(user())) {
            Files.createDirectories(Path.of("/run/sshd")); // sshd insists on it when it runs as root.
        }
        Process server = launch(folder, address, port, root, more);
        boolean listening = false;
        try {
            listening = isListening(server, folder);
        } finally {
            if (!listening) {
                server.destroyForcibly();
            }
        }
        if (!listening) {
            throw new IOException("sshd did not start: " + Files.readString(folder.resolve("sshd.log")));
        }
        return new OpenSsh(server, port, folder, root);
    }

    public int port() {
        return port;
    }

    /** The user to log in as: the one who runs the test. */
    public static String user() {
        return System.getProperty("user.name");
    }

    /** The private key to log in with, an unencrypted file in OpenSSH's format. */
    public Path clientKey() {
        return directory.resolve("client_key");
    }

    /** The server's public host key as cloud-init prints it on the console: type, key and comment. */
    public String hostKeyLine() throws IOException {
        return Files.readString(directory.resolve("host_key.pub")).strip();
    }

    /** The {@code REACTOR_ROOT} of every session. */
    public Path root() {
        return root.path();
    }

    /** What the sessions leave behind, and switches for the installer that runs in them. */
    public ScratchRoot scratch() {
        return root;
    }

    /** What the server logged so far. */
    public String log() throws IOException {
        return Files.readString(directory.resolve("sshd.log"));
    }

    /** The command line of the OpenSSH client that runs {@code command} here and trusts only {@link #hostKeyLine()}. */
    public List<String> client(String command) throws IOException {
        Path knownHosts = directory.resolve("known_hosts");
        Files.writeString(knownHosts, "[127.0.0.1]:" + port + " " + hostKeyLine() + "\n");
        List<String> line = new ArrayList<>(
                List.of(program("ssh"), "-F", "none", "-i", clientKey().toString()));
        for (String option : List.of(
                "BatchMode=yes",
                "IdentitiesOnly=yes",
                "IdentityAgent=none",
                "StrictHostKeyChecking=yes",
                "UserKnownHostsFile=" + knownHosts)) {
            line.addAll(List.of("-o", option));
        }
        line.addAll(List.of("-p", Integer.toString(port), user() + "@127.0.0.1", command));
        return line;
    }

    /** Cuts the connections that are open; what was started in them goes on. */
    public void drop() {
        server.descendants().filter(OpenSsh::isSshd).forEach(ProcessHandle::destroyForcibly);
    }

    /** From now on connections are refused; those that are open stay. For good: only another boot ends it. */
    public void refuse() {
        server.descendants().filter(OpenSsh::isSshd).forEach(orphans::add);
        server.destroyForcibly();
        await().dontCatchUncaughtExceptions().atMost(Duration.ofSeconds(10)).until(() -> !server.isAlive());
    }

    /** From now on, until {@link #speak}, connections are accepted but nothing is said; those that are open stay. */
    public void fallSilent() throws IOException, InterruptedException {
        run(program("kill"), "-STOP", String.valueOf(server.pid()));
    }

    public void speak() throws IOException, InterruptedException {
        run(program("kill"), "-CONT", String.valueOf(server.pid()));
    }

    /** Stops the server, its sessions, and all that was started in them. */
    @Override
    public void close() {
        List<ProcessHandle> sessions = server.descendants().toList();
        server.destroyForcibly();
        sessions.forEach(ProcessHandle::destroyForcibly);
        orphans.forEach(ProcessHandle::destroyForcibly);
        root.close();
        await().dontCatchUncaughtExceptions().atMost(Duration.ofSeconds(10)).until(() -> !server.isAlive());
    }

    private static Process launch(Path folder, String address, int port, ScratchRoot root, List<String> more)
            throws IOException, InterruptedException {
        List<String> settings = new ArrayList<>(List.of(
                "ListenAddress " + address,
                "Port " + port,
                "HostKey " + folder.resolve("host_key"),
                "AuthorizedKeysFile " + folder.resolve("authorized_keys"),
                "AuthenticationMethods publickey",
                "PermitRootLogin prohibit-password",
                "UsePAM no",
                "StrictModes no",
                "PidFile none",
                "MaxStartups 500",
                "MaxSessions 500",
                "PrintMotd no",
                "LogLevel VERBOSE",
                // A HOME of its own: what the user of the test has in .bashrc may take a minute.
                "SetEnv REACTOR_ROOT=" + root.path() + " HOME=" + root.path()));
        settings.addAll(more);
        Path configuration = folder.resolve("sshd_config");
        if (Files.exists(configuration)) {
            return start(folder, configuration);
        }
        // OpenSSH 9.8 and newer shut out an address after failed logins; older ones don't know the setting.
        settings.add("PerSourcePenalties no");
        Files.write(configuration, settings);
        if (run(program("sshd"), "-t", "-f", configuration.toString()) != 0) {
            settings.remove(settings.size() - 1);
            Files.write(configuration, settings);
        }
        return start(folder, configuration);
    }

    private static boolean isSshd(ProcessHandle process) {
        return process.info().command().filter(path -> path.contains("sshd")).isPresent();
    }

    private static Process start(Path folder, Path configuration) throws IOException {
        Files.deleteIfExists(folder.resolve("sshd.log"));
        return new ProcessBuilder(program("sshd"), "-D", "-e", "-f", configuration.toString())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(folder.resolve("sshd.log").toFile())
                .start();
    }

    // Awaitility would throw here what fails on any thread, and nobody would stop the server that has just started.
    private static boolean isListening(Process server, Path folder) {
        await().dontCatchUncaughtExceptions()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !server.isAlive()
                        || Files.readString(folder.resolve("sshd.log")).contains("Server listening on"));
        return server.isAlive();
    }

    private static void makeKey(Path file) throws IOException, InterruptedException {
        if (run(program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", file.toString()) != 0) {
            throw new IOException("ssh-keygen could not make " + file);
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    // sshd wants to be called by its absolute path, and /usr/sbin is not on every user's PATH.
    private static String program(String name) {
        return find(name).orElseThrow(() -> new IllegalStateException(MISSING)).toString();
    }

    private static Optional<Path> find(String name) {
        return FOLDERS.stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
