package io.autoscale.reactor.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.standin.OpenSsh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nothing is lost: whatever happens to the reactor and to the systems around it, an event that it has accepted ends in the
 * right state. {@code mvn verify} tries one seed, {@code mvn -Pchaos verify} twenty long ones;
 * {@code -Dchaos.seed=N} runs one again. The schedule of a seed is in {@code target/chaos/seed-N.txt}, beside the
 * reactor's log; the outcome of all of them in {@code target/chaos/table.txt}.
 */
@EnabledIf(value = OpenSsh.AVAILABLE, disabledReason = OpenSsh.MISSING)
class ChaosIT {

    private static final Path PROGRAM = Path.of("target/reactor");
    private static final Path RESULTS = Path.of("target/chaos");
    private static final Path TABLE = RESULTS.resolve("table.txt");

    @BeforeAll
    static void beginTable() throws IOException {
        Files.createDirectories(RESULTS);
        Files.writeString(TABLE, Trial.header() + "\n");
        System.out.println(Trial.header());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatWasAcceptedEndsInTheRightState(long seed, @TempDir Path directory) throws Exception {
        tryOut(seed, 1, directory);
    }

    /** Two reactors, and a broker that is a process of its own; reactor, reactor and broker are ended in turn. */
    @ParameterizedTest(name = "seed {0}")
    @EnabledIfSystemProperty(named = "chaos.shared.seeds", matches = ".+", disabledReason = "only with -Pchaos")
    @MethodSource("sharedSeeds")
    void andSoItDoesWithTwoReactorsOnOneBroker(long seed, @TempDir Path directory) throws Exception {
        tryOut(seed, 2, directory);
    }

    private static void tryOut(long seed, int reactors, Path directory) throws Exception {
        Schedule schedule = Schedule.of(
                seed,
                Integer.getInteger("chaos.events", 60),
                Integer.getInteger("chaos.kills", 2) * reactors,
                Integer.getInteger("chaos.millis", 12_000));
        Path results = Files.createDirectories(reactors == 1 ? RESULTS : RESULTS.resolve("shared"));
        Files.writeString(results.resolve("seed-" + seed + ".txt"), schedule.describe());
        Trial.Outcome outcome;
        try (Trial trial = new Trial(schedule, reactors, PROGRAM, directory, results)) {
            outcome = trial.run();
        }
        System.out.println(outcome.row());
        Files.writeString(TABLE, outcome.row() + "\n", StandardOpenOption.APPEND);
        assertThat(outcome.problems())
                .as(
                        "seed %d, %d reactors; its schedule and the log are in %s; again: -Dchaos.seed=%d",
                        seed, reactors, results, seed)
                .isEmpty();
    }

    /** One, or several as {@code 1..20} or {@code 3,5,8}. */
    static LongStream seeds() {
        return seeds(System.getProperty("chaos.seeds", "40"));
    }

    static LongStream sharedSeeds() {
        return seeds(System.getProperty("chaos.shared.seeds", ""));
    }

    private static LongStream seeds(String all) {
        String one = System.getProperty("chaos.seed", "");
        String seeds = one.isEmpty() ? all : one;
        if (seeds.contains("..")) {
            String[] ends = seeds.split("\\.\\.");
            return IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]))
                    .asLongStream();
        }
        return Arrays.stream(seeds.split(",")).mapToLong(Long::parseLong);
    }
}
