package io.autoscale.reactor.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies of deliveries, by Jazzer. */
class EnvelopeFuzz {

    static Stream<byte[]> seeds() {
        return Seeds.envelopes().stream().map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "2m")
    void anEnvelopeIsReadOrRejected(byte[] body) {
        Parsers.envelope(body);
    }
}
