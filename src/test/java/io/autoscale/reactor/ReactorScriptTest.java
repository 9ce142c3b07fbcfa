package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How {@code bin/reactor} starts Java. */
class ReactorScriptTest {

    /** Runs another program, with all options of the one that it was to run. */
    private static final String OTHER_PROGRAM =
            """
            #!/bin/sh
            for argument; do
              case $argument in -D*|-X*) set -- "$@" "$argument" ;; esac
              shift
            done
            exec '%s' "$@" -cp '%s' '%s'
            """;

    @TempDir
    Path home;

    /** What a library does that makes objects from what it received. */
    static final class ReadsAnObject {

        private ReadsAnObject() {}

        public static void main(String[] args) throws IOException, ClassNotFoundException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            new ObjectOutputStream(bytes).writeObject(new Date());
            try {
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
                System.out.println("made an object");
            } catch (InvalidClassException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    /** GHSA-m5vh-3fw5-5wgh: whatever library tries it, nothing is made by Java deserialization. */
    @Test
    void noObjectIsMadeFromBytes() throws Exception {
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(
                java,
                OTHER_PROGRAM.formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        Path.of("target", "test-classes").toAbsolutePath(),
                        ReadsAnObject.class.getName()));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));

        ProcessBuilder builder = new ProcessBuilder("sh", "src/main/bin/reactor", "run").redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", home.toString());
        builder.environment().remove("JAVA_OPTS");
        Process reactor = builder.start();

        assertThat(new String(reactor.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("filter status: REJECTED")
                .doesNotContain("made an object");
        assertThat(reactor.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
}
