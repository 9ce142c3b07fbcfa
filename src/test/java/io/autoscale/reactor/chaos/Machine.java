package io.autoscale.reactor.chaos;

import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.OpenSsh;
import io.autoscale.reactor.standin.SaltApi;
import io.autoscale.reactor.standin.ScratchRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One instance: a real OpenSSH server on an address of its own, the file system that {@code bootstrap.sh} works on, and
 * the minion that it starts there, which is played against the Salt master for as long as its process runs.
 */
final class Machine implements AutoCloseable {

    /** A minion makes a new key when the old one is taken from it, which few runs do. */
    private static final int SPARE_KEYS = 3;

    private final String id;
    private final String address;
    private final int port;
    private final Path directory;
    private final SaltApi salt;
    private final ScratchRoot root;
    private final List<String> ownKeys = new ArrayList<>();
    private Optional<OpenSsh> server = Optional.empty();

    /** Those that refuse connections, for the sessions that they have left. */
    private final List<OpenSsh> earlier = new ArrayList<>();

    private Optional<String> playing = Optional.empty();
    private boolean off;

    /**
     * A machine that is not booted yet.
     *
     * @param directory of its own, empty
     * @param publicKey whom it lets in, as a line of {@code authorized_keys}
     * @param seconds that the installation of Salt takes
     * @param broken whether that fails whenever it is tried
     */
    Machine(
            String id,
            String address,
            int port,
            Path directory,
            String publicKey,
            SaltApi salt,
            double seconds,
            boolean broken)
            throws IOException {
        this.id = id;
        this.address = address;
        this.port = port;
        this.directory = directory;
        this.salt = salt;
        this.root = new ScratchRoot(Files.createDirectories(directory.resolve("root")));
        Files.writeString(directory.resolve("authorized_keys"), publicKey + "\n");
        Path spare = Files.createDirectories(root.path().resolve("spare-keys"));
        for (int n = 1; n <= SPARE_KEYS; n++) {
            String key = InstanceHost.newMinionKey().strip();
            ownKeys.add(key);
            Files.writeString(spare.resolve(String.valueOf(n)), key);
        }
        Files.writeString(root.path().resolve("duration"), String.valueOf(seconds));
        Files.writeString(root.path().resolve("pace"), "20");
        if (broken) {
            Files.createFile(root.breakInstaller());
        }
    }

    /** Starts the SSH server, and the minion if one was installed. Harmless if the machine runs, or was powered off. */
    synchronized void boot() throws IOException, InterruptedException {
        if (off || server.isPresent()) {
            return;
        }
        Files.deleteIfExists(root.path().resolve("at-work"));
        server = Optional.of(OpenSsh.boot(directory, address, port));
        if (Files.exists(root.path().resolve("etc/salt/pki/minion/minion.pem"))) {
            ProcessBuilder minion = new ProcessBuilder(
                            "sh",
                            root.path().resolve("usr/bin/salt-minion").toString(),
                            "-d",
                            "-c",
                            root.path().resolve("etc/salt").toString())
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            minion.environment().put("REACTOR_ROOT", root.path().toString());
            minion.start().waitFor();
        }
    }

    /** The host key as it stands on the console; the machine must have been booted. */
    synchronized String hostKeyLine() throws IOException {
        return Files.readString(directory.resolve("host_key.pub")).strip();
    }

    /** For good. */
    synchronized void powerOff() {
        off = true;
        halt();
    }

    synchronized void reboot() throws IOException, InterruptedException {
        if (server.isPresent()) {
            halt();
            boot();
        }
    }

    private void halt() {
        server.ifPresent(OpenSsh::close);
        server = Optional.empty();
        earlier.forEach(OpenSsh::close);
        earlier.clear();
        look();
    }

    synchronized boolean isOn() {
        return !off;
    }

    /** Cuts its SSH connections; what runs in them goes on. */
    synchronized void drop() {
        server.ifPresent(OpenSsh::drop);
    }

    /** SSH connections are refused, until {@link #listen}. */
    synchronized void refuse() {
        server.ifPresent(OpenSsh::refuse);
    }

    synchronized void listen() throws IOException, InterruptedException {
        if (server.isPresent()) {
            server.get().refuse();
            earlier.add(server.get());
            server = Optional.of(OpenSsh.boot(directory, address, port));
        }
    }

    synchronized void fallSilent() throws IOException, InterruptedException {
        if (server.isPresent()) {
            server.get().fallSilent();
        }
    }

    synchronized void speak() throws IOException, InterruptedException {
        if (server.isPresent()) {
            server.get().speak();
        }
    }

    /** Looks whether the minion's process runs, and has it ask the master, or ask no more, accordingly. */
    synchronized void look() {
        Optional<String> key = server.isPresent() ? runningMinionsKey() : Optional.empty();
        if (!key.equals(playing)) {
            salt.stopMinion(id);
            key.ifPresent(text -> salt.minion(id, text));
            playing = key;
        }
    }

    private Optional<String> runningMinionsKey() {
        try {
            String key = Files.readString(root.minionKey());
            return key.contains("-----END") && ScratchRoot.runs(root.minion()) ? Optional.of(key) : Optional.empty();
        } catch (IOException | NumberFormatException none) {
            return Optional.empty();
        }
    }

    /** The key that its minion has now. */
    Optional<String> minionKey() throws IOException {
        return Files.exists(root.minionKey()) ? Optional.of(Files.readString(root.minionKey())) : Optional.empty();
    }

    /** Whether this is a key that was made on it and nowhere else. */
    boolean made(String key) {
        return ownKeys.contains(key.strip());
    }

    /** Two scripts that were at work at once, if there ever were. */
    Optional<String> collisions() throws IOException {
        Path file = root.path().resolve("var/log/collisions");
        return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    }

    /** What there is to know of it, for a trial that went wrong. */
    synchronized String describe() throws IOException {
        StringBuilder text = new StringBuilder(id + " at " + address + ":" + port + (off ? ", powered off" : "")
                + (server.isPresent() ? ", booted" : ", not booted") + ", minion "
                + (playing.isPresent() ? "asking" : "silent") + "\n");
        for (Path file : List.of(
                directory.resolve("sshd.log"),
                root.path().resolve("var/log/ec2-autoscale-reactor.log.1"),
                root.log(),
                root.path().resolve("var/log/salt/minion"),
                root.path().resolve("var/run/salt-minion.pid"))) {
            text.append("---- ").append(file).append('\n');
            text.append(Files.exists(file) ? Files.readString(file) : "is not there\n");
        }
        ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(directory.toString()))
                .forEach(process -> text.append(process.pid())
                        .append(' ')
                        .append(process.info().commandLine().orElse(""))
                        .append('\n'));
        return text.toString();
    }

    @Override
    public synchronized void close() {
        powerOff();
        root.close();
    }
}
