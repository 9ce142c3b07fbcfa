package io.autoscale.reactor.fuzz;

import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/** What a seed and a turn decide: the same two decide the same, whatever the other turns were. */
final class Chance {

    private final SplittableRandom random;

    Chance(long seed, long turn) {
        this.random = new SplittableRandom(seed ^ new SplittableRandom(turn).nextLong());
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    byte anyByte() {
        return (byte) random.nextInt(256);
    }

    String id() {
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }

    /** Text that a parser may stumble over. */
    String oddText() {
        return switch (below(8)) {
            case 0 -> anyText(below(40));
            case 1 -> oneOf(OddTexts.ALL).repeat(1 + below(300));
            case 2 -> oneOf(OddTexts.ALL) + anyText(5) + oneOf(OddTexts.ALL);
            default -> oneOf(OddTexts.ALL);
        };
    }

    /** So many characters of all of Unicode, unpaired surrogates among them. */
    private String anyText(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) (oneIn(2) ? below(0x100) : below(0x10000)));
        }
        return text.toString();
    }
}
