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
        Schedule schedule = Schedule.of(
                seed,
                Integer.getInteger("chaos.events", 60),
                Integer.getInteger("chaos.kills", 2),
                Integer.getInteger("chaos.millis", 12_000));
        Files.writeString(RESULTS.resolve("seed-" + seed + ".txt"), schedule.describe());
        Trial.Outcome outcome;
        try (Trial trial = new Trial(schedule, PROGRAM, directory, RESULTS)) {
            outcome = trial.run();
        }
        System.out.println(outcome.row());
        Files.writeString(TABLE, outcome.row() + "\n", StandardOpenOption.APPEND);
        assertThat(outcome.problems())
                .as(
                        "seed %d; its schedule and the reactor's log are in %s; again: -Dchaos.seed=%d",
                        seed, RESULTS, seed)
                .isEmpty();
    }

    /** One, or several as {@code 1..20} or {@code 3,5,8}. */
    static LongStream seeds() {
        String one = System.getProperty("chaos.seed", "");
        String seeds = one.isEmpty() ? System.getProperty("chaos.seeds", "40") : one;
        if (seeds.contains("..")) {
            String[] ends = seeds.split("\\.\\.");
            return IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]))
                    .asLongStream();
        }
        return Arrays.stream(seeds.split(",")).mapToLong(Long::parseLong);
    }
}
