package io.autoscale.reactor.standin;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;

/** An Artemis broker in a process of its own, with the configuration that operators are given to copy. */
public final class BrokerProcess implements AutoCloseable {

    public static final String USER = "reactor";
    public static final String PASSWORD = "broker-secret";

    private static final Path CONFIGURATION = Path.of("docs/operations/broker.xml");

    private final Path directory;
    private final int port = Ports.free();
    private Process process;

    /** @param directory for its journal and its log */
    public BrokerProcess(Path directory) {
        this.directory = directory;
    }

    public String url() {
        return "tcp://127.0.0.1:" + port;
    }

    /** Where its journal is. */
    public Path data() {
        return directory.resolve("broker");
    }

    /** Starts it, anew after it was killed; returns when it listens. */
    public BrokerProcess start() {
        try {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-Xmx256m",
                            "-Dreactor.broker.data=" + data(),
                            "-Dreactor.broker.port=" + port,
                            "-cp",
                            System.getProperty("java.class.path"),
                            BrokerProcess.class.getName())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve("broker.log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await().atMost(Duration.ofSeconds(60)).until(this::listens);
        return this;
    }

    /** Ends it as a crash does. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
    }

    private boolean listens() {
        if (!process.isAlive()) {
            throw new IllegalStateException("The broker has ended; see broker.log in " + directory);
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** The broker's own main; the Artemis distribution has another one, and reads users from files. */
    public static void main(String[] arguments) throws Exception {
        SecurityConfiguration users = new SecurityConfiguration();
        users.addUser(USER, PASSWORD);
        users.addRole(USER, "reactor");
        EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
        broker.setConfigResourcePath(CONFIGURATION.toUri().toString());
        broker.setSecurityManager(new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users));
        broker.start();
    }
}
