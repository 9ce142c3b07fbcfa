package io.autoscale.reactor.sns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.autoscale.reactor.standin.SnsSigner;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EnvelopeReaderTest {

    private static final SnsSigner SNS = new SnsSigner("us-east-1", Clock.systemUTC());

    private final EnvelopeReader reader = new EnvelopeReader();

    @Test
    void whateverIsDoneToABodyItIsReadOrRefusedAndNothingElse() {
        String body = SNS.notification(RunningWebhook.TOPIC, "subject", "{\"a\":\"\u00fc\u2028\"}");
        Map<String, Object> headers = headers(body);
        Random random = new Random(20261122);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bent = bend(body.getBytes(StandardCharsets.UTF_8), random);
            try {
                assertThat(reader.read(bent, headers).body()).isEqualTo(new String(bent, StandardCharsets.UTF_8));
            } catch (Rejected e) {
                refused++;
                assertThat(e.status()).isEqualTo(400);
                assertThat(e.getMessage()).hasLineCount(1);
            }
        }
        assertThat(refused).isBetween(1, 19_999);
    }

    @Test
    void aHeaderThatIsRepeatedContradictsTheBody() {
        String body = SNS.notification(RunningWebhook.TOPIC, null, "m");
        Map<String, Object> headers = headers(body);
        headers.put("x-amz-sns-message-type", Arrays.asList("Notification", "Notification"));
        assertThat(catchThrowable(() -> reader.read(body.getBytes(StandardCharsets.UTF_8), headers)))
                .isInstanceOf(Rejected.class);
    }

    @Test
    void anEnvelopeDoesNotShowItsToken() throws Exception {
        String body = SNS.subscriptionConfirmation(RunningWebhook.TOPIC, "secret-token");
        assertThat(reader.read(body.getBytes(StandardCharsets.UTF_8), headers(body)))
                .asString()
                .doesNotContain("secret-token");
    }

    private static Map<String, Object> headers(String body) {
        Map<String, Object> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(SNS.headers(body));
        return headers;
    }

    /** Changes, inserts, drops or repeats something somewhere. */
    private static byte[] bend(byte[] body, Random random) {
        int at = random.nextInt(body.length);
        int length = Math.min(random.nextInt(20), body.length - at);
        String before = latin(Arrays.copyOf(body, at));
        String piece = latin(Arrays.copyOfRange(body, at, at + length));
        String after = latin(Arrays.copyOfRange(body, at + length, body.length));
        String other =
                switch (random.nextInt(5)) {
                    case 0 -> "";
                    case 1 -> piece + piece;
                    case 2 -> "" + (char) random.nextInt(256);
                    case 3 ->
                        new String[] {
                                    "\"",
                                    "\\",
                                    "{",
                                    "}",
                                    "[",
                                    "\\ud800",
                                    "null",
                                    "1e999999",
                                    "\n",
                                    "\0",
                                    ",",
                                    "\"Type\":"
                                }
                                [random.nextInt(12)];
                    default -> piece + " ";
                };
        return (before + other + after).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
