package io.autoscale.reactor.event;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Text from the other side made fit for a message, wherever that ends up: one line, without control, format (among them the
 * bidirectional ones), line-separating, unassigned and unpaired surrogate characters.
 */
public final class Foreign {

    private static final int LINES = 20;
    private static final int LENGTH = 2000;

    private static final Pattern LINE_END = Pattern.compile("\\R");

    /** \p{Cs} is an unpaired surrogate; a pair is read as the character that it is. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Cn}\\p{Zl}\\p{Zp}]+");

    private Foreign() {}

    /** Returns a text as one line, whatever its length; empty text for null. */
    public static String line(String text) {
        return UNPRINTABLE.matcher(text == null ? "" : text).replaceAll(" ").strip();
    }

    /** Returns the beginning of a text, at most {@code length} characters of it. */
    public static String line(String text, int length) {
        String clean = line(text);
        return characters(clean) <= length ? clean : clean.substring(0, clean.offsetByCodePoints(0, length)) + "...";
    }

    /** Returns the last lines of a text (20 lines, 2000 characters), joined by bars; empty text if there is none. */
    public static String lastLines(String text) {
        List<String> lines = Arrays.stream(LINE_END.split(text))
                .map(line -> line(line, LENGTH))
                .filter(line -> !line.isEmpty())
                .toList();
        String last = lines.stream().skip(Math.max(0, lines.size() - LINES)).collect(Collectors.joining(" | "));
        return characters(last) <= LENGTH
                ? last
                : "..." + last.substring(last.offsetByCodePoints(last.length(), -LENGTH));
    }

    private static int characters(String text) {
        return text.codePointCount(0, text.length());
    }
}
