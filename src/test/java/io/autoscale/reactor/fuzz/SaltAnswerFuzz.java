package io.autoscale.reactor.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of salt-api, by Jazzer. */
class SaltAnswerFuzz {

    static Stream<byte[]> seeds() {
        return Seeds.saltAnswers().stream().map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "2m")
    void anAnswerOfSaltApiIsAMapOrAKnownFailure(byte[] body) {
        Parsers.saltAnswer(new String(body, StandardCharsets.UTF_8), 200);
    }
}
