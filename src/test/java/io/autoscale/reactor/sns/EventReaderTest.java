package io.autoscale.reactor.sns;

import static io.autoscale.reactor.event.Work.BOOTSTRAP;
import static io.autoscale.reactor.event.Work.DELETE_KEY;
import static io.autoscale.reactor.event.Work.NOTHING;
import static io.autoscale.reactor.event.Work.NOTIFY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.event.LifecycleHook;
import io.autoscale.reactor.event.Work;
import java.io.File;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventReaderTest {

    private static final InstanceId INSTANCE = new InstanceId("i-0123456789abcdef0");
    private static final Instant DELIVERED = Instant.parse("2026-11-22T10:16:00.000Z");

    /** What each recorded announcement asks for, and whether a lifecycle hook waits. */
    private static final Map<String, Expected> EXPECTED = new TreeMap<>(Map.ofEntries(
            Map.entry("eventbridge-hook-launching", new Expected(BOOTSTRAP, true, true)),
            Map.entry("eventbridge-hook-terminating", new Expected(DELETE_KEY, true, true)),
            Map.entry("eventbridge-launch", new Expected(BOOTSTRAP, true, false)),
            Map.entry("eventbridge-launch-unsuccessful", new Expected(NOTIFY, true, false)),
            Map.entry("eventbridge-spot-interruption", new Expected(DELETE_KEY, true, false)),
            Map.entry("eventbridge-state-stopped", new Expected(NOTHING, true, false)),
            Map.entry("eventbridge-state-terminated", new Expected(DELETE_KEY, true, false)),
            Map.entry("eventbridge-terminate", new Expected(DELETE_KEY, true, false)),
            Map.entry("eventbridge-terminate-unsuccessful", new Expected(NOTIFY, true, false)),
            Map.entry("hook-launching", new Expected(BOOTSTRAP, true, true)),
            Map.entry("hook-launching-from-warm-pool", new Expected(BOOTSTRAP, true, true)),
            Map.entry("hook-launching-to-warm-pool", new Expected(BOOTSTRAP, true, true)),
            Map.entry("hook-terminating", new Expected(DELETE_KEY, true, true)),
            Map.entry("hook-terminating-to-warm-pool", new Expected(NOTHING, true, true)),
            Map.entry("hook-test-notification", new Expected(NOTHING, false, false)),
            Map.entry("launch", new Expected(BOOTSTRAP, true, false)),
            Map.entry("launch-attached", new Expected(BOOTSTRAP, true, false)),
            Map.entry("launch-error", new Expected(NOTIFY, false, false)),
            Map.entry("launch-from-warm-pool", new Expected(BOOTSTRAP, true, false)),
            Map.entry("launch-to-warm-pool", new Expected(BOOTSTRAP, true, false)),
            Map.entry("terminate", new Expected(DELETE_KEY, true, false)),
            Map.entry("terminate-error", new Expected(NOTIFY, true, false)),
            Map.entry("terminate-to-warm-pool", new Expected(NOTHING, true, false)),
            Map.entry("test-notification", new Expected(NOTHING, false, false))));

    private final EventReader reader = new EventReader();

    @Test
    void everyRecordedAnnouncementLeadsToItsWork() throws Exception {
        Map<String, Expected> found = new TreeMap<>();
        for (String name : recorded()) {
            Event event = reader.read(envelope(message(name).toString()));
            found.put(
                    name,
                    new Expected(
                            event.work(),
                            event.instance().isPresent(),
                            event.hook().isPresent()));
            assertThat(event.instance()).as(name).isIn(Optional.empty(), Optional.of(INSTANCE));
        }
        assertThat(found).isEqualTo(EXPECTED);
    }

    @Test
    void aLaunchKeepsItsGroupAndKindAndIsAsNewAsItsDelivery() throws Exception {
        Event event = reader.read(envelope(message("launch").toString()));
        assertThat(event.group()).isEqualTo("web");
        assertThat(event.time()).isEqualTo(DELIVERED);
        assertThat(event.kind()).isEqualTo("autoscaling:EC2_INSTANCE_LAUNCH");
        assertThat(event.detail()).isEqualTo("Launching a new EC2 instance: i-0123456789abcdef0");
    }

    @Test
    void aLaunchErrorSaysWhatHappened() throws Exception {
        assertThat(reader.read(envelope(message("launch-error").toString())).detail())
                .isEqualTo("The security group 'sg-0a1b' does not exist in VPC 'vpc-0c2d'."
                        + " Launching EC2 instance failed.");
    }

    @Test
    void aSpotWarningIsToldApartFromATermination() throws Exception {
        assertThat(reader.read(envelope(message("eventbridge-spot-interruption").toString()))
                        .kind())
                .isEqualTo("EC2 Spot Instance Interruption Warning");
    }

    @Test
    void aHookIsNamedAndCarriesItsToken() throws Exception {
        for (String name : new String[] {"hook-launching", "eventbridge-hook-terminating"}) {
            assertThat(reader.read(envelope(message(name).toString())).hook())
                    .contains(new LifecycleHook("salt", "87654321-4321-4321-4321-210987654321"));
        }
    }

    @ParameterizedTest
    @CsvSource({"pending", "running", "stopping", "stopped", "shutting-down"})
    void otherStatesAskForNothing(String state) throws Exception {
        ObjectNode message = message("eventbridge-state-stopped");
        ((ObjectNode) message.get("detail")).put("state", state);
        assertThat(reader.read(envelope(message.toString())).work()).isEqualTo(NOTHING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stop", "hibernate"})
    void aSpotInstanceThatIsOnlyStoppedKeepsItsKey(String action) throws Exception {
        ObjectNode message = message("eventbridge-spot-interruption");
        ((ObjectNode) message.get("detail")).put("instance-action", action);
        assertThat(reader.read(envelope(message.toString())).work()).isEqualTo(NOTHING);
    }

    @Test
    void aTerminationThroughEventBridgeIntoTheWarmPoolKeepsTheKey() throws Exception {
        for (String name : new String[] {"eventbridge-terminate", "eventbridge-hook-terminating"}) {
            ObjectNode message = message(name);
            ((ObjectNode) message.get("detail")).put("Destination", "WarmPool");
            assertThat(reader.read(envelope(message.toString())).work()).isEqualTo(NOTHING);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"*", "i-*", "a,b", "../x", "I-0123456789ABCDEF0", "i-0123456789abcdef0 ", "i-0123456789abcdef"})
    void noKindPassesAnInstanceIdThatIsNotOne(String id) throws Exception {
        for (String name : recorded()) {
            ObjectNode message = message(name);
            ObjectNode about = message.has("detail") ? (ObjectNode) message.get("detail") : message;
            about.put(about.has("instance-id") ? "instance-id" : "EC2InstanceId", id);
            assertThatThrownBy(() -> reader.read(envelope(message.toString())))
                    .as(name)
                    .isInstanceOfSatisfying(Rejected.class, rejected -> {
                        assertThat(rejected.status()).isEqualTo(400);
                        assertThat(rejected.isGenuine()).isTrue();
                        assertThat(rejected).hasMessageNotContaining(id + "\"");
                    });
        }
    }

    @Test
    void anInstanceIdThatIsNoTextIsRefused() {
        assertThatThrownBy(
                        () -> reader.read(
                                envelope(
                                        "{\"Event\":\"autoscaling:EC2_INSTANCE_TERMINATE\",\"EC2InstanceId\":[\"i-0123456789abcdef0\"]}")))
                .isInstanceOf(Rejected.class);
    }

    @Test
    void textsFromOutsideAreOneBoundedLine() throws Exception {
        ObjectNode message = message("launch-error");
        message.put("AutoScalingGroupName", "web\r\nX: y\u2028\u202e\u0000" + "x".repeat(5000));
        message.put("StatusMessage", "line\nline\u0085\ud800 𝄞" + "y".repeat(5000));
        Event event = reader.read(envelope(message.toString()));
        assertThat(event.group()).startsWith("web  X: y").hasSizeLessThanOrEqualTo(255);
        assertThat(event.detail()).startsWith("line line   𝄞").hasSizeLessThanOrEqualTo(2001);
        for (String text : new String[] {event.group(), event.detail()}) {
            assertThat(text).doesNotContainPattern("[\\p{Cntrl}\\u0085\\u2028\\u2029\\u202a-\\u202e]");
        }
    }

    @Test
    void aTimeThatIsNotOneIsReplacedByThatOfTheMessage() throws Exception {
        ObjectNode message = message("launch");
        message.put("Time", "soon");
        assertThat(reader.read(envelope(message.toString())).time()).isEqualTo(DELIVERED);
    }

    @Test
    void theLinkOfASubscriptionIsForTheAdministrators() throws Exception {
        Event event = reader.read(new Envelope(
                Envelope.Type.SUBSCRIPTION_CONFIRMATION,
                "id",
                RunningWebhook.TOPIC,
                "text",
                DELIVERED,
                "2",
                "",
                "token",
                "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription",
                ""));
        assertThat(event.work()).isEqualTo(NOTIFY);
        assertThat(event.detail()).contains("https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription");
    }

    private static Envelope envelope(String message) {
        return new Envelope(
                Envelope.Type.NOTIFICATION, "id", RunningWebhook.TOPIC, message, DELIVERED, "2", "", "", "", "");
    }

    private static String[] recorded() throws URISyntaxException {
        File directory =
                Path.of(EventReaderTest.class.getResource("/events").toURI()).toFile();
        return Arrays.stream(directory.list())
                .map(name -> name.replace(".json", ""))
                .sorted()
                .toArray(String[]::new);
    }

    private static ObjectNode message(String name) throws Exception {
        try (InputStream in = EventReaderTest.class.getResourceAsStream("/events/" + name + ".json")) {
            JsonNode recorded = RunningWebhook.JSON.readTree(in);
            return (ObjectNode) recorded.get("message");
        }
    }

    private record Expected(Work work, boolean instance, boolean hook) {}
}
