package io.autoscale.reactor.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Console output, by Jazzer. */
class ConsoleFuzz {

    private static final String BLOCK = Seeds.block();

    static Stream<byte[]> seeds() {
        return Stream.of(Seeds.console(), BLOCK).map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "2m")
    void everyHostKeyStoodInTheConsole(byte[] body) {
        Parsers.console(new String(body, StandardCharsets.UTF_8), BLOCK);
    }
}
