package io.autoscale.reactor.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages that SNS has signed, by Jazzer. */
class AnnouncementFuzz {

    static Stream<byte[]> seeds() {
        return Seeds.announcements().stream().map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "2m")
    void anAnnouncementIsAWellFormedEventOrRejected(byte[] body) throws Exception {
        Parsers.announcement(new String(body, StandardCharsets.UTF_8));
    }
}
