package io.autoscale.reactor.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that Auto Scaling, EventBridge or SNS announced, verified and understood; its JSON form is what stands on
 * the queues. Texts ({@code kind}, {@code group}, {@code detail}) come from outside: each is one line free of control
 * characters, whoever wrote the JSON, and nothing else is promised of them.
 *
 * @param id MessageId of the SNS message
 * @param topic its TopicArn
 * @param time when it happened or was announced, whichever is later
 * @param kind the announcement's own word for it: {@code autoscaling:EC2_INSTANCE_LAUNCH}, an EventBridge detail-type, ...
 * @param work what it asks for
 * @param instance the instance that it is about; empty for a failed launch and for test notifications
 * @param group name of the Auto Scaling group; empty text if the announcement names none
 * @param detail what happened in the announcement's own words (StatusMessage, Cause, ...), for people; may be empty text
 * @param hook the lifecycle hook that waits for an answer, if any
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Event(
        String id,
        String topic,
        Instant time,
        String kind,
        Work work,
        Optional<InstanceId> instance,
        String group,
        String detail,
        Optional<LifecycleHook> hook) {

    private static final int REGION_OF_ARN = 3;

    public Event {
        id = Foreign.line(Objects.requireNonNull(id, "id"));
        topic = Foreign.line(Objects.requireNonNull(topic, "topic"));
        Objects.requireNonNull(time, "time");
        kind = Foreign.line(Objects.requireNonNull(kind, "kind"));
        Objects.requireNonNull(work, "work");
        instance = instance == null ? Optional.empty() : instance;
        group = Foreign.line(group);
        detail = Foreign.line(detail);
        hook = hook == null ? Optional.empty() : hook;
        if (instance.isEmpty() && (work == Work.BOOTSTRAP || work == Work.DELETE_KEY)) {
            throw new IllegalArgumentException("An event that asks for " + work + " names its instance.");
        }
    }

    /** The region that it comes from, which is that of its topic, as Auto Scaling announces to topics of its own only. */
    public String region() {
        String[] arn = topic.split(":");
        return arn.length > REGION_OF_ARN ? arn[REGION_OF_ARN] : "";
    }

    /** Whom it is about, for people. */
    public String about() {
        String id = instance.map(InstanceId::value).orElse("no instance");
        return group.isEmpty() ? id : id + " (group " + group + ")";
    }
}
