package io.autoscale.reactor.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** What a bootstrap prints, by Jazzer. */
class OutputFuzz {

    static Stream<byte[]> seeds() {
        return Stream.of(Seeds.output()).map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "2m")
    void theOutputOfABootstrapIsAKeyOrAFailure(byte[] body) {
        Parsers.output(new String(body, StandardCharsets.UTF_8));
    }
}
