package io.autoscale.reactor.standin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** What Auto Scaling and EventBridge say, after the recorded files in {@code src/test/resources/events}. */
public final class Announcements {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RECORDED_INSTANCE = "i-0123456789abcdef0";

    private Announcements() {}

    /** The names of all recorded announcements. */
    public static List<String> recorded() {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/events"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .map(name -> name.substring(0, name.length() - ".json".length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a recorded announcement is to lead to, in words. */
    public static String expected(String recorded) {
        return read(recorded).path("expect").asText();
    }

    public static String launch(String instance, String group) {
        return of("launch", instance, group);
    }

    public static String termination(String instance, String group) {
        return of("terminate", instance, group);
    }

    /** The message of a recorded announcement, about this instance and group, and of now. */
    public static String of(String recorded, String instance, String group) {
        return read(recorded)
                .path("message")
                .toString()
                .replace(RECORDED_INSTANCE, instance)
                .replace("\"AutoScalingGroupName\":\"web\"", "\"AutoScalingGroupName\":" + quoted(group))
                .replaceAll("\"([Tt]ime)\":\"[^\"]*\"", "\"$1\":\"" + Instant.now() + "\"");
    }

    private static String quoted(String text) {
        return TextNode.valueOf(text).toString();
    }

    private static JsonNode read(String recorded) {
        try (InputStream in = Announcements.class.getResourceAsStream("/events/" + recorded + ".json")) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
