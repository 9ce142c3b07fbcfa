package io.autoscale.reactor.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.OpenSsh;
import io.autoscale.reactor.standin.ScratchRoot;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code routes/bootstrap.sh} through a real OpenSSH server, as on an instance. */
@EnabledIf(value = OpenSsh.AVAILABLE, disabledReason = OpenSsh.MISSING)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BootstrapOverSshTest {

    private static final String[] BOOTSTRAP = {
        "master=salt.example.org", "id=i-0abc12345678def01", "url=" + ScratchRoot.installer()
    };

    @TempDir
    Path directory;

    private OpenSsh instance;

    @BeforeEach
    void startAnInstance() throws Exception {
        instance = OpenSsh.start(directory);
    }

    @AfterEach
    void endIt() {
        if (instance != null) {
            instance.close();
        }
    }

    @Test
    void returnsThePublicKeyAndEndsTheSessionThoughTheMinionGoesOn() throws Exception {
        Process session = open(BOOTSTRAP);

        assertThat(output(session))
                .isEqualTo("#reactor minion-key begin\n"
                        + Files.readString(instance.scratch().minionKey()).strip()
                        + "\n#reactor minion-key end\n");
        assertThat(session.waitFor()).isZero();
        assertThat(ScratchRoot.runs(instance.scratch().minion())).isTrue();
    }

    @Test
    void returnsTheExitCode() throws Exception {
        assertThat(open("action=show-key").waitFor()).isEqualTo(3);
        assertThat(open("action=dance").waitFor()).isEqualTo(64);
        Files.createFile(instance.scratch().breakInstaller());
        assertThat(open(BOOTSTRAP).waitFor()).isEqualTo(69);
    }

    @Test
    void goesOnWhenTheConnectionIsLostAndKeepsASecondRunAwayMeanwhile() throws Exception {
        Files.createFile(instance.scratch().hold());
        Process session = open(BOOTSTRAP);
        await().until(() -> Files.exists(instance.scratch().installerArguments()));
        session.destroyForcibly().waitFor();

        assertThat(open(BOOTSTRAP).waitFor()).isEqualTo(75);
        Files.delete(instance.scratch().hold());

        await().atMost(Duration.ofSeconds(30))
                .until(() -> open("action=show-key").waitFor() == 0);
    }

    @Test
    void isOneInstanceOfSeveral() throws Exception {
        try (OpenSsh other = OpenSsh.start(Files.createDirectories(directory.resolve("other")))) {
            assertThat(open(BOOTSTRAP).waitFor()).isZero();

            assertThat(other.port()).isNotEqualTo(instance.port());
            assertThat(other.hostKeyLine()).startsWith("ssh-ed25519 ").isNotEqualTo(instance.hostKeyLine());
            assertThat(other.scratch().minionKey()).doesNotExist();
        }
    }

    private Process open(String... arguments) throws IOException {
        String command = Stream.concat(
                        Stream.of("timeout", "-k", "10", "100", "sh", "-c"),
                        Stream.concat(
                                Stream.of(Files.readString(Path.of("routes/bootstrap.sh")), "bootstrap.sh"),
                                Stream.of(arguments)))
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
        return new ProcessBuilder(instance.client(command))
                .redirectInput(new File("/dev/null"))
                .redirectError(directory.resolve("client.log").toFile())
                .start();
    }

    private static String output(Process session) throws IOException {
        return new String(session.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
