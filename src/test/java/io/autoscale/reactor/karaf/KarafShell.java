package io.autoscale.reactor.karaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelShell;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;

/** An operator at Karaf's shell, through its SSH server. */
final class KarafShell {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int port;

    KarafShell(int port) {
        this.port = port;
    }

    /** Runs a command and returns what it prints; fails if the command fails. */
    String run(String command) throws IOException {
        return connected(session -> session.executeRemoteCommand(command));
    }

    /** Types these keys and returns the screen once this text is on it. */
    String type(String keys, String awaited) throws IOException {
        return connected(session -> {
            ByteArrayOutputStream screen = new ByteArrayOutputStream();
            try (ChannelShell shell = session.createShellChannel()) {
                shell.setPtyType("xterm");
                shell.setPtyColumns(200);
                shell.setOut(screen);
                shell.setErr(screen);
                shell.open().verify(PATIENCE);
                await().atMost(PATIENCE).until(() -> text(screen).contains("karaf@"));
                OutputStream keyboard = shell.getInvertedIn();
                keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
                keyboard.flush();
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(text(screen)).contains(awaited));
                // Karaf keeps a session that is not ended properly, and with it the commands of all bundles.
                keyboard.write("\u0015logout\r".getBytes(StandardCharsets.UTF_8));
                keyboard.flush();
                shell.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), PATIENCE);
            }
            return text(screen);
        });
    }

    private static String text(ByteArrayOutputStream screen) {
        return screen.toString(StandardCharsets.UTF_8).replaceAll("\u001B\\[[0-9;?]*[A-Za-z]", "");
    }

    private interface Use {
        String with(ClientSession session) throws IOException;
    }

    private String connected(Use use) throws IOException {
        try (SshClient client = SshClient.setUpDefaultClient()) {
            client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
            client.start();
            try (ClientSession session =
                    client.connect("karaf", "127.0.0.1", port).verify(PATIENCE).getSession()) {
                session.addPasswordIdentity("karaf");
                session.auth().verify(PATIENCE);
                return use.with(session);
            }
        }
    }
}
