package io.autoscale.reactor.standin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;

/** What Auto Scaling and EventBridge say, after the recorded files in {@code src/test/resources/events}. */
public final class Announcements {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RECORDED_INSTANCE = "i-0123456789abcdef0";

    private Announcements() {}

    public static String launch(String instance, String group) {
        return of("launch", instance, group);
    }

    public static String termination(String instance, String group) {
        return of("terminate", instance, group);
    }

    /** The message of a recorded announcement, about this instance and group, and of now. */
    public static String of(String recorded, String instance, String group) {
        String file = "/events/" + recorded + ".json";
        try (InputStream in = Announcements.class.getResourceAsStream(file)) {
            JsonNode message = JSON.readTree(in).path("message");
            return message.toString()
                    .replace(RECORDED_INSTANCE, instance)
                    .replace("\"AutoScalingGroupName\":\"web\"", "\"AutoScalingGroupName\":\"" + group + "\"")
                    .replaceAll("\"([Tt]ime)\":\"[^\"]*\"", "\"$1\":\"" + Instant.now() + "\"");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
