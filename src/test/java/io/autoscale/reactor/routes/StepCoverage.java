package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Runs by itself after all other tests, as pom.xml says; where only some tests run ({@code -Dtest=...}) it says nothing. */
class StepCoverage {

    private static final Pattern ID = Pattern.compile("\\.id\\(\"([a-z-]+)\"\\)");

    @Test
    void everyStepThatHasAnIdIsCrossedByATest() throws IOException {
        assumeTrue(System.getProperty("test") == null, "only some tests ran");

        List<String> ids = Stream.concat(
                        RouteFile.all().stream().flatMap(file -> file.stepIds().stream()), idsOfReceive())
                .toList();

        assertThat(ids).contains("verify-envelope", "queue-launch");
        Set<String> crossed = CrossedSteps.all();
        assertThat(ids.stream().filter(id -> !crossed.contains(id)))
                .as("steps that no test crosses")
                .isEmpty();
    }

    private static Stream<String> idsOfReceive() throws IOException {
        String source = Files.readString(Path.of("src/main/java/io/autoscale/reactor/sns/ReceiveRoute.java"));
        return ID.matcher(source).results().map((MatchResult result) -> result.group(1));
    }
}
