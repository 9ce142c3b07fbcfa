package io.autoscale.reactor.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoscale.reactor.event.Event;
import java.util.List;
import java.util.stream.Stream;

/** What the program relies on in every event that comes from outside, told once more in other words. */
final class WellFormed {

    private static final ObjectMapper JSON = new ObjectMapper();

    private WellFormed() {}

    /** @param message the announcement that was made an event */
    static void check(Event event, String message) throws Exception {
        assertThat(event.kind()).matches(one -> isOneLine(one, 100), "a line");
        assertThat(event.group()).matches(one -> isOneLine(one, 255), "a line");
        assertThat(event.detail()).matches(one -> isOneLine(one, 2000), "a line");
        event.hook().ifPresent(hook -> {
            assertThat(hook.name()).isNotEmpty().matches(one -> isOneLine(one, 255), "a line");
            assertThat(hook.token()).isNotEmpty().matches(one -> isOneLine(one, 255), "a line");
        });
        if (event.instance().isPresent()) {
            String id = event.instance().get().value();
            assertThat(id).matches("i-[0-9a-f]{8}([0-9a-f]{9})?");
            assertThat(named(JSON.readTree(message))).contains(id);
        } else {
            assertThat(event.work().name()).isIn("NOTIFY", "NOTHING");
        }
    }

    private static List<String> named(JsonNode announcement) {
        return Stream.of("EC2InstanceId", "instance-id")
                .flatMap(name -> Stream.of(
                        announcement.path(name), announcement.path("detail").path(name)))
                .map(JsonNode::asText)
                .toList();
    }

    static boolean isOneLine(String text, int longest) {
        return text.codePointCount(0, text.length()) <= longest
                && text.codePoints().noneMatch(WellFormed::isUnprintable);
    }

    private static boolean isUnprintable(int codePoint) {
        return Character.isISOControl(codePoint)
                || codePoint == '\u2028'
                || codePoint == '\u2029'
                || codePoint == '\ufeff'
                || codePoint >= '\u202a' && codePoint <= '\u202e'
                || codePoint >= 0xd800 && codePoint <= 0xdfff;
    }
}
