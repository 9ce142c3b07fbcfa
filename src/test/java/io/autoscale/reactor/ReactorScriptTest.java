package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bin/reactor} starts Java with, tried with a program of the same name in place of the reactor. */
class ReactorScriptTest {

    private static final String READS_AN_OBJECT =
            """
            package io.autoscale.reactor;

            import java.io.*;

            public class App {
                public static void main(String[] args) throws Exception {
                    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                    new ObjectOutputStream(bytes).writeObject(new java.util.Date());
                    try {
                        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
                        System.out.println("made an object");
                    } catch (InvalidClassException e) {
                        System.out.println(e.getMessage());
                    }
                }
            }
            """;

    @TempDir
    Path home;

    /** GHSA-m5vh-3fw5-5wgh: whatever library tries it, nothing is made by Java deserialization. */
    @Test
    void noObjectIsMadeFromBytes() throws Exception {
        Files.createDirectories(home.resolve("lib"));
        Files.createDirectories(home.resolve("bin"));
        Path script = Files.copy(Path.of("src/main/bin/reactor"), home.resolve("bin/reactor"));
        Path source = Files.writeString(home.resolve("App.java"), READS_AN_OBJECT);
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", home.toString(), source.toString()))
                .isZero();
        try (OutputStream file = Files.newOutputStream(home.resolve("lib/reactor.jar"));
                JarOutputStream jar = new JarOutputStream(file)) {
            jar.putNextEntry(new JarEntry("io/autoscale/reactor/App.class"));
            Files.copy(home.resolve("io/autoscale/reactor/App.class"), jar);
        }

        ProcessBuilder builder = new ProcessBuilder("sh", script.toString()).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("JAVA_OPTS");
        Process reactor = builder.start();

        assertThat(new String(reactor.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("filter status: REJECTED")
                .doesNotContain("made an object");
        assertThat(reactor.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
}
