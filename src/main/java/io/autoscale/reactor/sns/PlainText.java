package io.autoscale.reactor.sns;

/** Makes text from outside fit for a log line, a mail or a queue: one line, no control characters, bounded. */
final class PlainText {

    private PlainText() {}

    /**
     * The text with every control, format (among them the bidirectional ones), line-separating and unpaired surrogate
     * character replaced by a blank, cut after {@code max} characters; empty text for null.
     */
    static String of(String text, int max) {
        if (text == null) {
            return "";
        }
        StringBuilder plain = new StringBuilder();
        text.codePoints().limit(max).map(PlainText::visible).forEach(plain::appendCodePoint);
        return plain.toString().strip();
    }

    private static int visible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> ' ';
            default -> codePoint;
        };
    }
}
