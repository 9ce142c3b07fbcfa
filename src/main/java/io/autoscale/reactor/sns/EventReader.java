package io.autoscale.reactor.sns;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.event.LifecycleHook;
import io.autoscale.reactor.event.Work;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.apache.camel.Body;

/**
 * Tells what a verified message announces and what that asks for. Only what the announcement itself says decides, never
 * its Subject: a group may be called {@code prelaunch-web}.
 *
 * @see <a href="https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-sns-notifications.html">Auto
 *     Scaling notifications</a>
 * @see <a href="https://docs.aws.amazon.com/autoscaling/ec2/userguide/prepare-for-lifecycle-notifications.html">Lifecycle
 *     hooks</a>
 * @see <a href="https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html">EventBridge
 *     events</a>
 */
public class EventReader {

    private static final int LONGEST_KIND = 100;
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_DETAIL = 2000;

    /** @throws Rejected with 400 and a notice, if AWS did send this but it is not understood */
    public Event read(@Body Envelope envelope) throws Rejected {
        return switch (envelope.type()) {
            case NOTIFICATION -> announcement(envelope);
            case SUBSCRIPTION_CONFIRMATION ->
                notice(envelope, "To confirm the subscription of this webhook, open: " + envelope.subscribeUrl());
            case UNSUBSCRIBE_CONFIRMATION ->
                notice(
                        envelope,
                        "The subscription of this webhook to the topic was cancelled: no event of it arrives here any more."
                                + " If that was not meant, subscribe again.");
        };
    }

    private static Event notice(Envelope envelope, String detail) {
        return new Event(
                envelope.messageId(),
                envelope.topicArn(),
                envelope.timestamp(),
                envelope.type().toString(),
                Work.NOTIFY,
                Optional.empty(),
                "",
                PlainText.of(detail, LONGEST_DETAIL),
                Optional.empty());
    }

    private static Event announcement(Envelope envelope) throws Rejected {
        JsonNode message = object(envelope);
        if (!message.path("Event").asText().isEmpty()) {
            return new Announcement(
                            envelope, message, message, message.path("Event").asText())
                    .notification();
        }
        if (!message.path("LifecycleTransition").asText().isEmpty()) {
            return new Announcement(
                            envelope,
                            message,
                            message,
                            message.path("LifecycleTransition").asText())
                    .lifecycleAction();
        }
        if (!message.path("detail-type").asText().isEmpty()) {
            return new Announcement(
                            envelope,
                            message,
                            message.path("detail"),
                            message.path("detail-type").asText())
                    .eventBridge();
        }
        throw Rejected.notUnderstood("its Message has none of Event, LifecycleTransition and detail-type", envelope);
    }

    private static JsonNode object(Envelope envelope) throws Rejected {
        try {
            JsonNode message = EnvelopeReader.JSON.readTree(envelope.message());
            if (message.isObject()) {
                return message;
            }
        } catch (JsonProcessingException e) {
            // Answered below: the text stays out of the log.
        }
        throw Rejected.notUnderstood("its Message is not one JSON object without repeated names", envelope);
    }

    /**
     * One message of Auto Scaling or EventBridge.
     *
     * @param message all of it
     * @param about the object in it that describes what happened
     */
    private record Announcement(Envelope envelope, JsonNode message, JsonNode about, String kind) {

        Event notification() throws Rejected {
            return switch (kind) {
                case "autoscaling:EC2_INSTANCE_LAUNCH" -> event(Work.BOOTSTRAP, instance());
                case "autoscaling:EC2_INSTANCE_TERMINATE" -> event(deathUnlessWarmPool(), instance());
                case "autoscaling:EC2_INSTANCE_LAUNCH_ERROR", "autoscaling:EC2_INSTANCE_TERMINATE_ERROR" ->
                    event(Work.NOTIFY, instanceIfNamed());
                case "autoscaling:TEST_NOTIFICATION" -> event(Work.NOTHING, instanceIfNamed());
                default -> throw notUnderstood("its Event is unknown");
            };
        }

        Event lifecycleAction() throws Rejected {
            return switch (text("LifecycleTransition", LONGEST_KIND)) {
                case "autoscaling:EC2_INSTANCE_LAUNCHING" -> event(Work.BOOTSTRAP, instance(), hook());
                case "autoscaling:EC2_INSTANCE_TERMINATING" -> event(deathUnlessWarmPool(), instance(), hook());
                default -> throw notUnderstood("its LifecycleTransition is unknown");
            };
        }

        Event eventBridge() throws Rejected {
            return switch (message.path("source").asText()) {
                case "aws.autoscaling" -> ofAutoScaling();
                case "aws.ec2" -> ofEc2();
                default -> throw notUnderstood("its source is neither aws.autoscaling nor aws.ec2");
            };
        }

        private Event ofAutoScaling() throws Rejected {
            return switch (kind) {
                case "EC2 Instance-launch Lifecycle Action", "EC2 Instance-terminate Lifecycle Action" ->
                    lifecycleAction();
                case "EC2 Instance Launch Successful" -> event(Work.BOOTSTRAP, instance());
                case "EC2 Instance Terminate Successful" -> event(deathUnlessWarmPool(), instance());
                case "EC2 Instance Launch Unsuccessful", "EC2 Instance Terminate Unsuccessful" ->
                    event(Work.NOTIFY, instanceIfNamed());
                default -> throw notUnderstood("its detail-type is unknown");
            };
        }

        private Event ofEc2() throws Rejected {
            return switch (kind) {
                case "EC2 Instance State-change Notification" ->
                    event(
                            about.path("state").asText().equals("terminated") ? Work.DELETE_KEY : Work.NOTHING,
                            instance());
                case "EC2 Spot Instance Interruption Warning" ->
                    event(
                            about.path("instance-action").asText().equals("terminate") ? Work.DELETE_KEY : Work.NOTHING,
                            instance());
                default -> throw notUnderstood("its detail-type is unknown");
            };
        }

        private Event event(Work work, Optional<InstanceId> instance) {
            return event(work, instance, Optional.empty());
        }

        private Event event(Work work, Optional<InstanceId> instance, Optional<LifecycleHook> hook) {
            return new Event(
                    envelope.messageId(),
                    envelope.topicArn(),
                    time(),
                    PlainText.of(kind, LONGEST_KIND),
                    work,
                    instance,
                    text("AutoScalingGroupName", LONGEST_NAME),
                    detail(),
                    hook);
        }

        /** Return to a warm pool is not a death: the instance lives on, and so does its minion. */
        private Work deathUnlessWarmPool() {
            return about.path("Destination").asText().equals("WarmPool") ? Work.NOTHING : Work.DELETE_KEY;
        }

        private Optional<InstanceId> instance() throws Rejected {
            Optional<InstanceId> instance = instanceIfNamed();
            if (instance.isEmpty()) {
                throw notUnderstood("it names no instance");
            }
            return instance;
        }

        private Optional<InstanceId> instanceIfNamed() throws Rejected {
            JsonNode id = about.has("EC2InstanceId") ? about.get("EC2InstanceId") : about.path("instance-id");
            if (id.isMissingNode()
                    || id.isNull()
                    || id.isTextual() && id.textValue().isEmpty()) {
                return Optional.empty();
            }
            if (!id.isTextual() || !InstanceId.isValid(id.textValue())) {
                throw notUnderstood("its instance id is not one (i- and 8 or 17 lower-case hex digits)");
            }
            return Optional.of(new InstanceId(id.textValue()));
        }

        private Optional<LifecycleHook> hook() throws Rejected {
            String name = text("LifecycleHookName", LONGEST_NAME);
            String token = text("LifecycleActionToken", LONGEST_NAME);
            if (name.isEmpty() || token.isEmpty()) {
                throw notUnderstood("it is a lifecycle action without LifecycleHookName or LifecycleActionToken");
            }
            return Optional.of(new LifecycleHook(name, token));
        }

        /** The later of the two times: what was announced anew is not old. */
        private Instant time() {
            String time = message.path("Time").asText(message.path("time").asText());
            try {
                Instant happened = Instant.parse(time);
                return happened.isAfter(envelope.timestamp()) ? happened : envelope.timestamp();
            } catch (DateTimeParseException e) {
                return envelope.timestamp();
            }
        }

        private String detail() {
            for (String name : new String[] {"StatusMessage", "Description", "Cause", "state", "instance-action"}) {
                String text = text(name, LONGEST_DETAIL);
                if (!text.isEmpty()) {
                    return text;
                }
            }
            return "";
        }

        private String text(String name, int max) {
            return PlainText.of(about.path(name).asText(), max);
        }

        private Rejected notUnderstood(String reason) {
            return Rejected.notUnderstood(reason, envelope);
        }
    }
}
