package io.autoscale.reactor.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;

/**
 * An SSH server on a free loopback port. Commands: {@code exit N TEXT} prints and ends, {@code hang} says that it began
 * and never ends, {@code babble} prints for ever, {@code die} loses its connection, {@code flood} prints 3 MiB.
 */
final class SshTestHost implements AutoCloseable {

    final AtomicInteger authentications = new AtomicInteger();
    final AtomicInteger connections = new AtomicInteger();
    final CountDownLatch hanging = new CountDownLatch(1);
    private final SshServer server = SshServer.setUpDefaultServer();

    SshTestHost(PublicKey allowed, KeyPair... hostKeys) throws IOException {
        server.setHost("127.0.0.1");
        server.setPort(0);
        server.setKeyPairProvider(KeyPairProvider.wrap(hostKeys));
        server.setPublickeyAuthenticator((user, key, session) -> {
            authentications.incrementAndGet();
            return org.apache.sshd.common.config.keys.KeyUtils.compareKeys(allowed, key);
        });
        server.setCommandFactory((channel, command) -> new Scripted(command));
        server.addSessionListener(new org.apache.sshd.common.session.SessionListener() {
            @Override
            public void sessionCreated(org.apache.sshd.common.session.Session session) {
                connections.incrementAndGet();
            }
        });
        CoreModuleProperties.NIO_WORKERS.set(server, 2);
        server.start();
    }

    SshServer server() {
        return server;
    }

    int port() {
        return server.getPort();
    }

    List<?> sessions() {
        return server.getActiveSessions();
    }

    @Override
    public void close() throws IOException {
        server.close(true);
        server.stop(true);
    }

    private final class Scripted implements Command {

        private final String command;
        private OutputStream out;
        private OutputStream err;
        private ExitCallback exit;
        private volatile Thread thread;

        Scripted(String command) {
            this.command = command;
        }

        @Override
        public void start(ChannelSession channel, Environment env) {
            thread = new Thread(() -> run(channel), "scripted-command");
            thread.setDaemon(true);
            thread.start();
        }

        private void run(ChannelSession channel) {
            try {
                String[] words = command.split(" ", 3);
                switch (words[0]) {
                    case "exit":
                        print(words[0].length() > 0 && words.length > 2 ? words[2] : "");
                        err.write("line one\r\nline \u001b[31mtwo\n".getBytes(StandardCharsets.UTF_8));
                        err.flush();
                        exit.onExit(Integer.parseInt(words[1]));
                        break;
                    case "hang":
                        hanging.countDown();
                        new CountDownLatch(1).await();
                        break;
                    case "babble":
                        hanging.countDown();
                        for (CountDownLatch pause = new CountDownLatch(1); ; ) {
                            print(".");
                            pause.await(20, java.util.concurrent.TimeUnit.MILLISECONDS);
                        }
                    case "flood":
                        for (int i = 0; i < 3 * 64; i++) {
                            print("x".repeat(16 * 1024));
                        }
                        exit.onExit(0);
                        break;
                    case "die":
                        print("half of the out");
                        channel.getSession().close(true);
                        break;
                    default:
                        exit.onExit(127);
                }
            } catch (IOException | InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void print(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        @Override
        public void destroy(ChannelSession channel) {
            if (thread != null) {
                thread.interrupt();
            }
        }

        @Override
        public void setInputStream(InputStream in) {}

        @Override
        public void setOutputStream(OutputStream out) {
            this.out = out;
        }

        @Override
        public void setErrorStream(OutputStream err) {
            this.err = err;
        }

        @Override
        public void setExitCallback(ExitCallback callback) {
            this.exit = callback;
        }
    }
}
