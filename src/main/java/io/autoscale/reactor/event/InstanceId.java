package io.autoscale.reactor.event;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * The id of an EC2 instance, which is also the id of its Salt minion: {@code i-} and 8 or 17 lower-case hexadecimal
 * digits. Nothing else can be one, so no text from outside reaches Salt, SSH, EC2, a log or a mail under this name.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html">EC2 resource ids</a>
 */
public record InstanceId(@JsonValue String value) implements Comparable<InstanceId> {

    private static final Pattern FORM = Pattern.compile("i-(?:[0-9a-f]{8}|[0-9a-f]{17})");

    /** @throws IllegalArgumentException if {@code value} is not an instance id; the value is not repeated in the message. */
    @JsonCreator
    public InstanceId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("Not an instance id: expected i- and 8 or 17 lower-case hex digits.");
        }
    }

    public static boolean isValid(String value) {
        return value != null && FORM.matcher(value).matches();
    }

    @Override
    public int compareTo(InstanceId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
