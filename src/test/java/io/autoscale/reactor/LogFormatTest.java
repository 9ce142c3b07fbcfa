package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.standin.ConsoleLog;
import io.autoscale.reactor.standin.HostileTexts;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A text or a stack trace can neither forge a line of the log nor do anything to the terminal that shows it. */
class LogFormatTest {

    private static final Logger LOG = LoggerFactory.getLogger("launch");
    private static final String STAMP = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} ";

    private ConsoleLog log;

    @BeforeEach
    void open() {
        log = ConsoleLog.open();
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void aMessageIsALine() {
        LOG.info("{} is a Salt minion.", "i-0123456789abcdef0");

        assertThat(log.text()).matches(STAMP + "INFO  launch       i-0123456789abcdef0 is a Salt minion\\.\n");
    }

    @Test
    void whatFollowsALineBreakIsIndented() {
        LOG.warn("one\r\n2026-11-22 10:00:00.000 INFO  launch       forged\n\ttab\n");

        assertThat(log.text())
                .matches(
                        STAMP
                                + "WARN  launch       one\n    2026-11-22 10:00:00\\.000 INFO  launch       forged\n    \ttab\n");
    }

    @Test
    void aStackTraceIsIndentedToo() {
        LOG.error(
                "failed", new IllegalStateException("one\n2026-11-22 10:00:00.000 INFO  launch       forged\u001b[2J"));

        List<String> lines = log.text().lines().toList();
        assertThat(lines.get(0)).matches(STAMP + "ERROR launch       failed");
        assertThat(lines.subList(1, lines.size()))
                .hasSizeGreaterThan(3)
                .allMatch(line -> line.startsWith("    "))
                .noneMatch(line -> line.contains("\u001b"));
    }

    @Test
    void noCharacterButTabAndLineEndDoesAnythingButShow() {
        HostileTexts.dictionary(Path.of("proofs")).forEach(LOG::info);
        HostileTexts.random(1, 100, Path.of("proofs")).forEach(LOG::info);

        assertThat(log.text().codePoints().filter(c -> c != '\n' && c != '\t'))
                .allMatch(c -> HostileTexts.isVisible(c) || Character.getType(c) == Character.UNASSIGNED);
        assertThat(log.text().lines().filter(line -> !line.startsWith("    ")))
                .allMatch(line -> line.isEmpty() || line.matches("(?s)" + STAMP + ".*"));
    }
}
