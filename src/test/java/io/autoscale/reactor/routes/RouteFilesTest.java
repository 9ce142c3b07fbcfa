package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of {@code routes/} are valid and follow the project's own rules, which {@link RouteFile} names. */
class RouteFilesTest {

    @ParameterizedTest
    @MethodSource("files")
    void isAsItShouldBe(Path file) throws IOException {
        assertThat(RouteFile.read(file).problems()).isEmpty();
    }

    @Test
    void noIdIsGivenTwice() throws IOException {
        List<String> ids =
                RouteFile.all().stream().flatMap(file -> file.ids().stream()).toList();

        assertThat(ids).isNotEmpty().doesNotHaveDuplicates();
    }

    @Test
    void aGoodFileHasNoProblem() {
        assertThat(problems(GOOD)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // the schema
                "    from:|    frm:",
                "        - log:|        - lgo:",
                // the project's rules
                "    id: example|    id: other",
                "    description: An example.|    precondition: \"true\"",
                "            id: queue-it|            description: no id",
                "      uri: direct|      uri: direct?name=example",
                "    from:|    onException: []\n    from:",
                "      noErrorHandler: {}|      deadLetterChannel: {deadLetterUri: 'direct:x'}",
                // no way from data to code
                "        message: Done.|        message: \"${bean:json?method=event(${body})}\"",
                "        message: Done.|        message: \"${variable.${body}}\"",
                "        - log:|        - bean: {ref: json, method: 'event(${body})'}\n        - log:",
                "        - log:|        - setBody: {expression: {method: {ref: json, method: 'event(${body})'}}}\n        - log:",
                "        - log:|        - setBody: {expression: {groovy: {expression: body}}}\n        - log:",
                "        - log:|        - setBody: {expression: {spel: {expression: '#{body}'}}}\n        - log:",
                "        - log:|        - filter: {expression: {mvel: {expression: 'true'}}, steps: []}\n        - log:",
                "        - log:|        - script: {expression: {groovy: {expression: body}}}\n        - log:",
                "        - log:|        - recipientList: {expression: {simple: {expression: '${body}'}}}\n        - log:",
                "        - log:|        - toD: {id: x, uri: 'jms:${body.group}'}\n        - log:",
                "        - log:|        - toD: {id: x, uri: ssh, parameters: {host: '${header.host}'}}\n        - log:",
                "        - log:|        - setHeader: {name: CamelHttpUri, expression: {simple: {expression: '${body}'}}}\n        - log:",
                "- route:|- from: {uri: 'direct:short', steps: []}\n- route:",
            })
    void aFileThatBreaksARuleIsRefused(String change) {
        String[] parts = change.split("\\|");
        String changed = GOOD.replace(parts[0], parts[1]);

        assertThat(changed).isNotEqualTo(GOOD);
        assertThat(problems(changed)).isNotEmpty();
    }

    private static final String GOOD =
            """
            - route:
                id: example
                description: An example.
                errorHandler:
                  noErrorHandler: {}
                from:
                  uri: direct
                  parameters:
                    name: example
                  steps:
                    - to:
                        id: queue-it
                        uri: jms
                        parameters:
                          destinationName: launches
                    - log:
                        message: Done.
            """;

    static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
        }
    }

    private static List<String> problems(String yaml) {
        return new RouteFile("example.camel.yaml", yaml).problems();
    }
}
