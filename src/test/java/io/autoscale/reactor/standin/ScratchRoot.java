package io.autoscale.reactor.standin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The file system of an instance on which {@code bootstrap.sh} works, kept in a scratch directory: the script puts all
 * its paths below {@code REACTOR_ROOT}. Closing it ends every process that was started with it, daemons included.
 */
public record ScratchRoot(Path path) implements AutoCloseable {

    public ScratchRoot {
        path = path.toAbsolutePath();
    }

    /** The URL of a bootstrap-salt that installs a salt-minion which makes a real key pair and nothing more. */
    public static String installer() {
        return Path.of("src/test/resources/bootstrap/bootstrap-salt.sh").toUri().toString();
    }

    /** The public key of the minion, as Salt writes it: without a line end. */
    public Path minionKey() {
        return path.resolve("etc/salt/pki/minion/minion.pub");
    }

    public Path minionConfig() {
        return path.resolve("etc/salt/minion.d/ec2-autoscale-reactor.conf");
    }

    /** What the script and the programs that it ran had to say. */
    public Path log() {
        return path.resolve("var/log/ec2-autoscale-reactor.log");
    }

    /** The arguments that the installer was run with, one on each line; absent before its first start. */
    public Path installerArguments() {
        return path.resolve("var/log/bootstrap-salt");
    }

    /** While this file exists the installer, once started, waits. */
    public Path hold() {
        return path.resolve("hold");
    }

    /** While this file exists the installer fails after 25 lines of noise. */
    public Path breakInstaller() {
        return path.resolve("break");
    }

    /** The process id of the minion that was started last, running or not. */
    public long minion() throws IOException {
        return Long.parseLong(
                Files.readString(path.resolve("var/run/salt-minion.pid")).strip());
    }

    /**
     * Whether a process is at work. One that has ended but that nobody has waited for yet is not, other than for
     * {@link ProcessHandle#isAlive()}.
     */
    public static boolean runs(long pid) {
        try {
            return !Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.ISO_8859_1)
                    .isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends every process that has this directory as its {@code REACTOR_ROOT}. */
    @Override
    public void close() {
        ProcessHandle.allProcesses().filter(this::isOurs).forEach(ProcessHandle::destroyForcibly);
    }

    private boolean isOurs(ProcessHandle process) {
        try {
            String environment = Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "environ"), StandardCharsets.ISO_8859_1);
            return Stream.of(environment.split("\0")).anyMatch(("REACTOR_ROOT=" + path)::equals);
        } catch (IOException e) {
            return false; // Another user's process, or one that has just ended.
        }
    }
}
