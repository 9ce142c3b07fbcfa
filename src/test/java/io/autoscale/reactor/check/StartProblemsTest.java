package io.autoscale.reactor.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchException;

import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartProblemsTest {

    @TempDir
    Path home;

    @Test
    void aLineThatIsNoYamlIsNamed() throws IOException {
        assertThat(problem("- route:\n    id: mine\n   from:\n      uri: direct\n"))
                .startsWith("routes/mine.camel.yaml, line 3: this is not YAML: expected <block end>")
                .contains("indentation");
    }

    @Test
    void anUnknownStepIsNamedWithItsLine() throws IOException {
        assertThat(problem(route("- lgo:\n            message: hello")))
                .startsWith("routes/mine.camel.yaml, line 8: there is no step 'lgo'.");
    }

    @Test
    void anUnknownFieldOfAStepIsNamedWithItsLine() throws IOException {
        assertThat(problem(route("- log:\n            mesage: hello")))
                .startsWith("routes/mine.camel.yaml, line 9:")
                .contains("no 'mesage'");
    }

    @Test
    void anUnknownOptionIsNamedWithoutItsValue() throws IOException {
        assertThat(problem(route("- to:\n            uri: direct\n            parameters:\n              name: a\n"
                        + "              blokc: hunter22\n")))
                .startsWith("routes/mine.camel.yaml, route mine")
                .contains("the endpoint has no option 'blokc'");
    }

    @Test
    void anUnknownComponentIsNamed() throws IOException {
        assertThat(problem(route("- to:\n            uri: kafkaa:events")))
                .startsWith(
                        "routes/mine.camel.yaml, route mine, at to[kafkaa:events]: there is no component for kafkaa");
    }

    @Test
    void anUnknownBeanIsNamed() throws IOException {
        assertThat(problem(route("- bean:\n            ref: nobody")))
                .startsWith("routes/mine.camel.yaml, route mine, at Bean[ref:nobody]: there is no bean 'nobody'.");
    }

    @Test
    void anUnknownSettingIsNamed() throws IOException {
        assertThat(problem(route("- to:\n            uri: \"{{no.such.setting}}\"")))
                .startsWith("routes/mine.camel.yaml, route mine")
                .contains("no.such.setting");
    }

    @Test
    void anUnknownClassIsNamed() throws IOException {
        assertThat(
                        problem(
                                route(
                                        "- doTry:\n            steps:\n              - log:\n                  message: hello\n"
                                                + "            doCatch:\n              - exception:\n                  - no.such.Type\n")))
                .startsWith("routes/mine.camel.yaml, route mine")
                .contains("there is no class no.such.Type");
    }

    @Test
    void aMistakeInAnExpressionIsNamed() throws IOException {
        assertThat(problem(route("- setBody:\n            expression:\n              simple:\n"
                        + "                expression: \"${bod}\"\n")))
                .startsWith("routes/mine.camel.yaml, route mine, at SetBody")
                .endsWith("Unknown function: bod");
    }

    @Test
    void twoRoutesOfTheSameIdAreNamed() throws IOException {
        assertThat(problem(route("- log:\n            message: hello") + route("- log:\n            message: hello")))
                .contains("Duplicate route ids detected: mine");
    }

    @Test
    void aPortInUseIsSaid() throws IOException {
        Cloud cloud = new Cloud(home);
        try (cloud;
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            RunningReactor reactor = new RunningReactor(
                    home,
                    cloud,
                    new SnsSigner("us-east-1", Clock.systemUTC()),
                    Map.of("camel.server.port", String.valueOf(other.getLocalPort())));
            try {
                Exception failure = catchException(reactor::start);
                assertThat(failure).isNotNull();
                assertThat(new StartProblems(reactor.context()).describe(failure))
                        .startsWith("camel.server.port: 127.0.0.1:" + other.getLocalPort() + " cannot be opened");
            } finally {
                reactor.close();
            }
        }
    }

    private static String route(String step) {
        return """
                - route:
                    id: mine
                    from:
                      uri: direct
                      parameters:
                        name: mine
                      steps:
                        %s
                """
                .formatted(step);
    }

    /** What is said of a program of which this is a route file. */
    private String problem(String yaml) throws IOException {
        Files.writeString(Files.createDirectories(home.resolve("routes")).resolve("mine.camel.yaml"), yaml);
        Main main = new Main();
        main.configure().withRoutesIncludePattern("file:" + home.resolve("routes") + "/*.camel.yaml");
        try {
            Exception failure = catchException(main::start);
            assertThat(failure).as("failure of the start").isNotNull();
            String problem = new StartProblems(main.getCamelContext()).describe(failure);
            assertThat(problem).doesNotContain("hunter22");
            return problem;
        } finally {
            main.stop();
        }
    }
}
