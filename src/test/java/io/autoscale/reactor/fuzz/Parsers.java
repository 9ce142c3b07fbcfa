package io.autoscale.reactor.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.Outage;
import io.autoscale.reactor.failure.Outages;
import io.autoscale.reactor.salt.MinionKey;
import io.autoscale.reactor.salt.SaltApi;
import io.autoscale.reactor.salt.SaltSettings;
import io.autoscale.reactor.sns.EnvelopeReader;
import io.autoscale.reactor.sns.EventReader;
import io.autoscale.reactor.sns.Rejected;
import io.autoscale.reactor.sns.RunningWebhook;
import io.autoscale.reactor.sns.TopicArn;
import io.autoscale.reactor.ssh.ConsoleHostKeys;
import io.autoscale.reactor.ssh.Remote;
import io.autoscale.reactor.standin.SnsSigner;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.sshd.common.config.keys.PublicKeyEntry;

/** What must hold of every parser of text from outside, whatever the text is. */
final class Parsers {

    static final String KEYS_BEGIN = "-----BEGIN SSH HOST KEY KEYS-----";
    static final String KEYS_END = "-----END SSH HOST KEY KEYS-----";

    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]{40,}");

    private static final InstanceId INSTANCE = new InstanceId("i-0123456789abcdef0");
    private static final SnsSigner SNS = new SnsSigner("us-east-1", Clock.systemUTC());
    private static final Map<String, String> CONFIRMATION =
            SNS.confirmation("Notification", RunningWebhook.TOPIC, "token");

    private Parsers() {}

    /** A body is an envelope of one of three types, or rejected with 400 in words of ours. */
    static void envelope(byte[] body) {
        for (String type : List.of("Notification", "SubscriptionConfirmation")) {
            try {
                new EventReader().read(new EnvelopeReader().read(body, Map.of("x-amz-sns-message-type", type)));
            } catch (Rejected e) {
                check(e);
            }
        }
    }

    /** What a genuine message says is an event that is well-formed, or rejected with 400 in words of ours. */
    static void announcement(String message) throws Exception {
        CONFIRMATION.put("Message", message);
        CONFIRMATION.put("Signature", "AAAA");
        byte[] body = SnsSigner.json(CONFIRMATION).getBytes(StandardCharsets.UTF_8);
        try {
            Event event = new EventReader()
                    .read(new EnvelopeReader().read(body, Map.of("x-amz-sns-message-type", "Notification")));
            WellFormed.check(event, message);
            assertThat(RunningWebhook.JSON.readValue(RunningWebhook.JSON.writeValueAsBytes(event), Event.class))
                    .isEqualTo(event);
        } catch (Rejected e) {
            check(e);
        }
    }

    private static void check(Rejected rejected) {
        assertThat(rejected.status()).isEqualTo(400);
        assertThat(rejected.getMessage()).matches("[ -~]{1,200}");
        assertThat(rejected.messageId()).matches("[0-9A-Za-z-]{0,100}");
        if (!rejected.topicArn().isEmpty()) {
            assertThat(new TopicArn(rejected.topicArn())).hasToString(rejected.topicArn());
        }
    }

    /** Every host key stood in the console's text, and what surrounds a block does not change what is read in it. */
    static void console(String text, String block) {
        List<PublicKey> keys = ConsoleHostKeys.parse(text);
        assertThat(keys).hasSizeLessThanOrEqualTo(16).allSatisfy(key -> assertThat(inBase64(text))
                .contains(end(key)));
        List<PublicKey> alone = ConsoleHostKeys.parse(block);
        String noise = text.replace("HOST KEY KEYS", "#");
        if (noise.length() + block.length() < 60_000) {
            assertThat(ConsoleHostKeys.parse(noise + "\n" + block + "\n" + noise))
                    .isEqualTo(alone);
        }
    }

    /** What stands in Base64 in the text, less the last bytes of each piece, which may be padded. */
    private static String inBase64(String text) {
        return BASE64.matcher(text)
                .results()
                .map(piece -> piece.group().substring(0, piece.group().length() / 4 * 4))
                .map(piece -> new String(Base64.getDecoder().decode(piece), StandardCharsets.ISO_8859_1))
                .collect(Collectors.joining("\n"));
    }

    /** Bytes of the modulus or the point; those of the numbers before them can be written with more zeros than needed. */
    private static String end(PublicKey key) {
        byte[] bytes = Base64.getDecoder().decode(PublicKeyEntry.toString(key).split(" ")[1]);
        return new String(bytes, bytes.length - 33, 30, StandardCharsets.ISO_8859_1);
    }

    /** What a bootstrap prints is a minion's key, none, or a failure in words of ours. */
    static void output(String text) {
        try {
            Optional<MinionKey> key = new Remote(null).shownKey(INSTANCE, text);
            key.ifPresent(shown -> {
                String inner = shown.pem().replaceAll("-----[^-]+-----|\\s", "");
                assertThat(Base64.getDecoder().decode(inner)).isNotEmpty();
                assertThat(new MinionKey(shown.pem())).isEqualTo(shown);
            });
        } catch (Failed e) {
            assertThat(e.getMessage()).contains(INSTANCE.value()).matches("[ -~]{1,300}");
        }
    }

    /** What salt-api answers is a map, or one of the failures that the routes know. */
    static void saltAnswer(String answer, int status) {
        SaltSettings settings = new SaltSettings(
                URI.create("http://127.0.0.1:8000"),
                "reactor",
                "secret",
                "pam",
                "salt",
                Duration.ofSeconds(60),
                Optional.empty());
        SaltApi api = new SaltApi(settings, RunningWebhook.JSON, new Outages(Duration.ofMinutes(5), Clock.systemUTC()));
        try {
            assertThat(api.answer(answer, status, Map.of("fun", "key.list_all", "client", "wheel")))
                    .isNotNull();
        } catch (Failed | Outage e) {
            assertThat(e.getMessage()).isNotEmpty().hasSizeLessThan(1000);
        }
    }
}
