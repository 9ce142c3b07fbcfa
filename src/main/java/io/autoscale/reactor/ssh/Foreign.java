package io.autoscale.reactor.ssh;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Text from the other side made fit for a message: one line, no control characters, bounded. */
final class Foreign {

    private static final int LINES = 20;
    private static final int LENGTH = 2000;

    private static final Pattern LINE_END = Pattern.compile("\\R");
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]+");

    private Foreign() {}

    /** Returns the beginning of a text, at most {@code length} characters of it. */
    static String line(String text, int length) {
        String clean =
                UNPRINTABLE.matcher(text == null ? "" : text).replaceAll(" ").strip();
        return clean.length() <= length ? clean : clean.substring(0, length) + "...";
    }

    /** Returns the last lines of a text (20 lines, 2000 characters), joined by bars; empty text if there is none. */
    static String lastLines(String text) {
        List<String> lines = Arrays.stream(LINE_END.split(text))
                .map(line -> line(line, LENGTH))
                .filter(line -> !line.isEmpty())
                .toList();
        String last = lines.stream().skip(Math.max(0, lines.size() - LINES)).collect(Collectors.joining(" | "));
        return last.length() <= LENGTH ? last : "..." + last.substring(last.length() - LENGTH);
    }
}
