package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/security.md promises is tested: each test that it names is there. */
class SecurityPageTest {

    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+(?:Test|IT))\\.(\\w+)`");

    @Test
    void eachTestThatThePageNamesIsThere() throws IOException {
        Map<String, String> tests = tests();
        String page = Files.readString(Path.of("docs/security.md"));
        assertThat(NAMED.matcher(page).results().toList())
                .hasSizeGreaterThan(80)
                .allSatisfy(named -> {
                    assertThat(tests).containsKey(named.group(1));
                    assertThat(tests.get(named.group(1))).as(named.group()).contains(" " + named.group(2) + "(");
                });
    }

    @Test
    void eachRowOfItsTablesNamesATest() throws IOException {
        String tables = Files.readString(Path.of("docs/security.md")).split("## What is tested\n", 2)[1];
        assertThat(tables.lines()
                        .takeWhile(line -> !line.startsWith("## "))
                        .filter(line -> line.startsWith("| "))
                        .filter(line -> !line.startsWith("| Case ")))
                .isNotEmpty()
                .allMatch(row -> NAMED.matcher(row)
                        .results()
                        .map(MatchResult::group)
                        .findAny()
                        .isPresent());
    }

    private static Map<String, String> tests() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            return files.filter(file -> file.toString().matches(".*(?:Test|IT)\\.java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""), SecurityPageTest::text));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
