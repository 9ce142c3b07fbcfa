package io.autoscale.reactor.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Changes what is well-formed a little, so that it comes far before it is found out. */
final class Mutations {

    private Mutations() {}

    /** One to three changes of a JSON object, which may not be one afterwards. */
    static String json(Chance chance, JsonNode object) {
        List<Member> members = new ArrayList<>();
        object.properties().forEach(field -> members.add(Member.of(field.getKey(), field.getValue())));
        for (int i = 1 + chance.below(3); i > 0 && !members.isEmpty(); i--) {
            change(chance, members);
        }
        String blank = chance.oneIn(4) ? chance.oneOf(List.of("\n", "\t", "\u00a0", "/**/", " ".repeat(999))) : "";
        StringBuilder json = new StringBuilder("{");
        for (Member member : members) {
            json.append(json.length() == 1 ? "" : ",").append(blank);
            json.append(member.name()).append(':').append(member.value());
        }
        json.append('}');
        return chance.oneIn(20) ? json + chance.oneOf(List.of("{}", "]", " ", "\0", ",", "//")) : json.toString();
    }

    private static void change(Chance chance, List<Member> members) {
        int at = chance.below(members.size());
        Member member = members.get(at);
        switch (chance.below(14)) {
            case 0 -> members.remove(at);
            case 1 -> members.add(chance.below(members.size()), member);
            case 2 -> members.add(new Member(member.name(), quoted(chance.oddText())));
            case 3, 4 -> members.set(at, new Member(member.name(), chance.oneOf(OddTexts.JSON_VALUES)));
            case 5 -> members.set(at, new Member(member.name(), quoted(chance.oddText())));
            case 6 -> members.set(at, new Member(member.name(), quoted(text(chance, member.text()))));
            case 7 -> members.set(at, new Member(quoted(text(chance, member.key())), member.value()));
            case 8 ->
                members.set(
                        at,
                        new Member(
                                member.name(),
                                members.get(chance.below(members.size())).value()));
            case 9 -> members.set(at, new Member(escaped(member.key()), escaped(member.text())));
            case 10 -> members.add(new Member(quoted(chance.oddText()), quoted(chance.oddText())));
            case 11 -> members.set(at, new Member(member.name(), nested(chance, member)));
            default -> {
                List<String> nearly = OddTexts.NEARLY.get(member.key());
                if (nearly != null) {
                    members.set(at, new Member(member.name(), quoted(chance.oneOf(nearly))));
                } else {
                    members.set(at, new Member(member.name(), quoted(chance.oddText() + member.text())));
                }
            }
        }
    }

    private static String nested(Chance chance, Member member) {
        if (member.node().isObject()) {
            return json(chance, member.node());
        }
        int depth = 1 + chance.below(30);
        return "[".repeat(depth) + member.value() + "]".repeat(depth);
    }

    /** A text with one character changed, added, dropped, or all in the other case. */
    static String text(Chance chance, String text) {
        int at = chance.below(text.length() + 1);
        String tail = text.substring(Math.min(text.length(), at + 1));
        return switch (chance.below(5)) {
            case 0 -> text.substring(0, at) + tail;
            case 1 -> text.substring(0, at) + (char) chance.below(0x180) + tail;
            case 2 -> text.substring(0, at) + chance.oneOf(OddTexts.ALL) + text.substring(at);
            case 3 ->
                text.equals(text.toUpperCase(Locale.ROOT))
                        ? text.toLowerCase(Locale.ROOT)
                        : text.toUpperCase(Locale.ROOT);
            default -> text.substring(0, at);
        };
    }

    /** Up to four changes of single bytes, or a piece that is cut out, doubled or cut off. */
    static byte[] bytes(Chance chance, byte[] original) {
        byte[] bytes = original.clone();
        if (bytes.length == 0) {
            return bytes;
        }
        int from = chance.below(bytes.length);
        int to = Math.min(bytes.length, from + 1 + chance.below(20));
        return switch (chance.below(5)) {
            case 0 -> Arrays.copyOf(bytes, from);
            case 1 -> joined(Arrays.copyOf(bytes, from), Arrays.copyOfRange(bytes, to, bytes.length));
            case 2 -> joined(Arrays.copyOf(bytes, to), Arrays.copyOfRange(bytes, from, bytes.length));
            default -> {
                for (int i = chance.below(4); i >= 0; i--) {
                    bytes[chance.below(bytes.length)] = chance.anyByte();
                }
                yield bytes;
            }
        };
    }

    static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static String quoted(String text) {
        return TextNode.valueOf(text).toString();
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder("\"");
        text.chars().forEach(character -> escaped.append(String.format("\\u%04x", character)));
        return escaped.append('"').toString();
    }

    /** A member of an object; name and value are JSON, or nearly. */
    private record Member(String name, String value, String key, JsonNode node) {

        static Member of(String key, JsonNode node) {
            return new Member(quoted(key), node.toString(), key, node);
        }

        Member(String name, String value) {
            this(name, value, "", TextNode.valueOf(""));
        }

        String text() {
            return node.asText();
        }
    }
}
