package io.autoscale.reactor.check;

import java.util.regex.Pattern;

/**
 * What trying something showed; one line.
 *
 * @param text what is so, or what is wrong and how to mend it: without line breaks and control characters, and bounded
 */
record Finding(Verdict verdict, String text) {

    enum Verdict {
        OK("ok"),
        WARNING("warn"),
        SKIPPED("skip"),
        FAILED("FAIL");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }
    }

    private static final int LENGTH = 1000;
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]+");

    Finding {
        text = UNPRINTABLE.matcher(text).replaceAll(" ").strip();
        text = text.length() <= LENGTH ? text : text.substring(0, LENGTH) + "...";
    }

    static Finding ok(String text) {
        return new Finding(Verdict.OK, text);
    }

    static Finding warning(String text) {
        return new Finding(Verdict.WARNING, text);
    }

    static Finding skipped(String text) {
        return new Finding(Verdict.SKIPPED, text);
    }

    static Finding failed(String text) {
        return new Finding(Verdict.FAILED, text);
    }

    boolean isFailure() {
        return verdict == Verdict.FAILED;
    }

    String line(String area) {
        return "%-4s  %-12s  %s".formatted(verdict.word, area, text);
    }
}
