package io.autoscale.reactor.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.failure.Cause;
import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.mail.Notice;
import io.autoscale.reactor.standin.HostileTexts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whoever shows text from outside shows one line of visible characters that every JSON and every mail can hold. */
class ForeignTest {

    private static final long SEED = Long.getLong("hostile.seed", System.nanoTime());

    private static Stream<String> texts() {
        Path proofs = Path.of("proofs");
        return Stream.concat(HostileTexts.dictionary(proofs).stream(), HostileTexts.random(SEED, 200, proofs).stream());
    }

    @Test
    void isOneVisibleLineHoweverItIsCut() {
        texts().forEach(ForeignTest::assertIsVisibleHoweverItIsCut);
    }

    @Test
    void standsInAnEventAndANoticeInThatFormWhoeverMadeThem() {
        texts().forEach(ForeignTest::assertIsVisibleInAnEventAndANotice);
    }

    private static void assertIsVisibleHoweverItIsCut(String text) {
        for (int length : List.of(0, 1, 254, 255, 1999, 2000)) {
            assertIsVisible(Foreign.line(text, length));
        }
        assertIsVisible(Foreign.line(text));
        assertIsVisible(Foreign.lastLines((text + "\n").repeat(30)));
        assertIsVisible(Foreign.lastLines("x" + "\ud83d\ude00".repeat(2_000) + text));
        assertIsVisible(Cause.inOneLine(new Failed(text)));
        assertIsVisible(Cause.inOneLine(new Failed("x" + "\ud83d\ude00".repeat(2_000) + text)));
    }

    private static void assertIsVisibleInAnEventAndANotice(String text) {
        Event event =
                new Event(text, text, Instant.EPOCH, text, Work.NOTIFY, Optional.empty(), text, text, Optional.empty());
        for (String part :
                List.of(event.id(), event.topic(), event.kind(), event.group(), event.detail(), event.about())) {
            assertIsVisible(part);
        }
        Notice notice = new Notice(text, text, text, Optional.empty(), text, Instant.EPOCH);
        for (String part : List.of(
                notice.kind(), notice.subject(), notice.group(), notice.text().replace("\n", ""))) {
            assertIsVisible(part);
        }
    }

    private static void assertIsVisible(String text) {
        assertThat(text.codePoints().allMatch(HostileTexts::isVisible))
                .as("-Dhostile.seed=%d: %s", SEED, text)
                .isTrue();
        assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(text)).isTrue();
    }
}
