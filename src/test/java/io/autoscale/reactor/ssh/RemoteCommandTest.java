package io.autoscale.reactor.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoscale.reactor.failure.Failed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command is run by a real shell, as sshd would. */
@Timeout(60)
class RemoteCommandTest {

    private static final String ECHO = "printf '[%s]' \"$0\" \"$@\"";

    @TempDir
    Path directory;

    @Test
    void handsTheArgumentsToTheScriptInOrder() throws Exception {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("action", "bootstrap");
        arguments.put("master", "salt.example.org");
        arguments.put("id", "i-0123456789abcdef0");

        assertThat(run(new RemoteCommand(ECHO, Duration.ofMinutes(1)).text(arguments)).out)
                .isEqualTo("[bootstrap.sh][action=bootstrap][master=salt.example.org][id=i-0123456789abcdef0]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "'",
                "''; touch hurt; '",
                "$(touch hurt)",
                "`touch hurt`",
                "\"",
                "\\",
                "\\'",
                "a\nb",
                "*",
                "~",
                "$HOME",
                "&& touch hurt",
                "; touch hurt #",
                "{\"role\": \"it's\"}",
                "ü€😀",
                "\u001b[31m",
                "!!",
                "-x"
            })
    void handsAnyValueOverAsItIs(String value) throws Exception {
        Result result = run(new RemoteCommand(ECHO, Duration.ofMinutes(1)).text(Map.of("grains", value)));

        assertThat(result.out).isEqualTo("[bootstrap.sh][grains=" + value + "]");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void runsAScriptThatHoldsQuotes() throws Exception {
        String script = "echo 'single' \"double\" `echo back`\nexit 7 # it's over\n";

        Result result = run(new RemoteCommand(script, Duration.ofMinutes(1)).text(Map.of()));

        assertThat(result.out).isEqualTo("single double back\n");
        assertThat(result.exit).isEqualTo(7);
    }

    @Test
    void givesTheScriptNothingToRead() throws Exception {
        assertThat(run(new RemoteCommand("cat; echo end", Duration.ofMinutes(1)).text(Map.of())).out)
                .isEqualTo("end\n");
    }

    @Test
    void stopsAScriptAtItsLimit() throws Exception {
        String script = "while :; do sleep 1; done";

        assertThat(run(new RemoteCommand(script, Duration.ofSeconds(1)).text(Map.of())).exit)
                .isEqualTo(124);
    }

    @Test
    void goesThroughSudoIfTheUserIsNotRoot() throws Exception {
        Result result = runAs("1000", "#!/bin/sh\n[ \"$1\" = -n ] || exit 1\nshift\necho \"sudo $1\"\nexec \"$@\"\n");

        assertThat(result.out).isEqualTo("sudo true\nsudo timeout\n[bootstrap.sh][action=stop]");
    }

    @Test
    void endsWith77IfTheUserIsNeitherRootNorAllowedToSudo() throws Exception {
        Result result = runAs("1000", "#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n");

        assertThat(result.exit).isEqualTo(77);
        assertThat(result.err).contains("a password is required");
        assertThat(result.out).isEmpty();
    }

    @Test
    void needsNoSudoForRoot() throws Exception {
        assertThat(runAs("0", "#!/bin/sh\necho sudo\nexit 1\n").out).isEqualTo("[bootstrap.sh][action=stop]");
    }

    @Test
    void refusesACommandThatIsTooLongForAnArgument() {
        RemoteCommand command = new RemoteCommand(ECHO, Duration.ofMinutes(1));

        assertThatThrownBy(() -> command.text(Map.of("grains", "x".repeat(RemoteCommand.LIMIT))))
                .isInstanceOf(Failed.class)
                .hasMessageContaining("131071")
                .hasMessageNotContaining("xxx");
    }

    @Test
    void takesACommandOfTheGreatestLength() throws Exception {
        RemoteCommand command = new RemoteCommand("echo \"${#1}\"", Duration.ofMinutes(1));
        int free = RemoteCommand.LIMIT - 1 - command.text(Map.of("grains", "")).length();

        assertThat(run(command.text(Map.of("grains", "x".repeat(free)))).out)
                .isEqualTo(free + "grains=".length() + "\n");
        assertThatThrownBy(() -> command.text(Map.of("grains", "x".repeat(free + 1))))
                .isInstanceOf(Failed.class);
    }

    @Test
    void refusesANulCharacter() {
        RemoteCommand command = new RemoteCommand(ECHO, Duration.ofMinutes(1));

        assertThatThrownBy(() -> command.text(Map.of("grains", "a\0b")))
                .isInstanceOf(Failed.class)
                .hasMessageContaining("grains")
                .hasMessageContaining("NUL");
    }

    private Result run(String command) throws IOException, InterruptedException {
        return run(command, Map.of("REACTOR_ROOT", "/nowhere"));
    }

    /** Runs as if by a user with this uid, with this as sudo. */
    private Result runAs(String uid, String sudo) throws Exception {
        Path bin = Files.createDirectory(directory.resolve("bin"));
        program(bin.resolve("id"), "#!/bin/sh\necho " + uid + "\n");
        program(bin.resolve("sudo"), sudo);
        String command = new RemoteCommand(ECHO, Duration.ofMinutes(1)).text(Map.of("action", "stop"));
        return run(command, Map.of("PATH", bin + ":" + System.getenv("PATH")));
    }

    private static void program(Path file, String text) throws IOException {
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Result run(String command, Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder shell = new ProcessBuilder(List.of("/bin/sh", "-c", command)).directory(directory.toFile());
        shell.environment().remove("REACTOR_ROOT");
        shell.environment().putAll(environment);
        Path errors = Files.createTempFile("remote-command", ".err");
        try {
            Process process = shell.redirectError(errors.toFile()).start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), out, Files.readString(errors));
        } finally {
            Files.delete(errors);
        }
    }

    private record Result(int exit, String out, String err) {}
}
