package io.autoscale.reactor.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.autoscale.reactor.sns.RunningWebhook;
import io.autoscale.reactor.ssh.ConsoleHostKeys;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts changed by chance, straight into the parsers. The time limit is that of a parser that is not linear. */
@Timeout(3600)
class FuzzedTextsTest {

    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final long TEXTS = Long.getLong("fuzz.texts", 1000);

    /** What EC2 keeps of a console. */
    private static final int CONSOLE = 64 * 1024;

    @Test
    void anEnvelopeIsReadOrRejected() {
        List<String> seeds = Seeds.envelopes();
        repeat(chance ->
                Parsers.envelope(Mutations.bytes(chance, changed(chance, seeds).getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void anAnnouncementIsAWellFormedEventOrRejected() {
        List<String> seeds = Seeds.announcements();
        repeat(chance -> Parsers.announcement(changed(chance, seeds)));
    }

    @Test
    void everyHostKeyStoodInTheConsoleAndWhatSurroundsItChangesNothing() {
        List<String> seeds = List.of(Seeds.console(), Seeds.block(), Seeds.block() + Seeds.console());
        String block = Seeds.block();
        assertThat(ConsoleHostKeys.parse(block)).hasSize(3);
        repeat(chance -> {
            String text = chance.oneOf(seeds);
            for (int i = chance.below(4); i >= 0; i--) {
                text = Mutations.text(chance, text);
            }
            Parsers.console(text, block);
        });
    }

    @ParameterizedTest
    @MethodSource("tiresome")
    void aFullConsoleIsReadHoweverTiresomeItIs(String piece) {
        String console = piece.repeat(CONSOLE / piece.length());
        assertThat(ConsoleHostKeys.parse(Parsers.KEYS_BEGIN + "\n" + console)).isEmpty();
        assertThat(ConsoleHostKeys.parse(console)).isEmpty();
    }

    static Stream<String> tiresome() {
        return Stream.of(
                "=",
                "A",
                "-",
                "\r",
                "\n",
                "\r\n",
                "ssh-rsa ",
                "ssh-rsa A",
                "ssh-rsa " + "A".repeat(39) + " ",
                "ssh-rsa " + "A".repeat(40),
                "ssh-ed25519 " + "A".repeat(3001) + "===",
                "ecdsa-sha2-nistp256 " + "=".repeat(50),
                "-----BEGIN SSH HOST KEY KEYS----",
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A".repeat(40) + "\n");
    }

    @Test
    void theOutputOfABootstrapIsAKeyOrAFailure() {
        List<String> seeds = List.of(Seeds.output(), Seeds.output() + Seeds.output());
        repeat(chance -> {
            String text = Mutations.text(chance, chance.oneOf(seeds));
            Parsers.output(chance.oneIn(2) ? text : Mutations.text(chance, text));
        });
    }

    @Test
    void anAnswerOfSaltApiIsAMapOrAKnownFailure() {
        List<String> seeds = Seeds.saltAnswers();
        repeat(chance -> Parsers.saltAnswer(
                changed(chance, seeds), chance.oneOf(List.of(200, 200, 200, 200, 400, 401, 404, 500))));
    }

    private static String changed(Chance chance, List<String> seeds) {
        String seed = chance.oneOf(seeds);
        if (chance.oneIn(5)) {
            return Mutations.text(chance, seed);
        }
        try {
            JsonNode tree = RunningWebhook.JSON.readTree(seed);
            return tree.isObject() ? Mutations.json(chance, tree) : Mutations.text(chance, seed);
        } catch (JsonProcessingException e) {
            return Mutations.text(chance, seed);
        }
    }

    private static void repeat(Property property) {
        for (long turn = 0; turn < TEXTS; turn++) {
            try {
                property.check(new Chance(SEED, turn));
            } catch (Exception | AssertionError | StackOverflowError e) {
                throw new AssertionError("seed " + SEED + ", turn " + turn, e);
            }
        }
    }

    @FunctionalInterface
    private interface Property {
        void check(Chance chance) throws Exception;
    }
}
