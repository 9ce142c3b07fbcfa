package io.autoscale.reactor.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.fuzz.Connection.Answer;
import io.autoscale.reactor.fuzz.Delivery.Due;
import io.autoscale.reactor.fuzz.Delivery.Kind;
import io.autoscale.reactor.sns.RunningWebhook;
import io.autoscale.reactor.sns.SnsSettings.Confirm;
import io.autoscale.reactor.standin.SnsSigner;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What fuzzing found: requests of which the fault is the sender's, so none of them is put off or writes a stack trace. */
class MalformedHttpTest {

    private static RunningWebhook webhook;

    @BeforeAll
    static void start() throws Exception {
        SnsSigner sns = new SnsSigner("us-east-1", Clock.systemUTC());
        webhook = new RunningWebhook(
                sns, sns.certificateClient(), RunningWebhook.settings(Confirm.AUTO, Set.of("1", "2")));
    }

    @AfterAll
    static void stop() {
        webhook.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /hook/ec2/autoscale HTTP/1.1|Content-Type: text/plain|Content-Length: 2||{}",
                "POST /hook/ec2/autoscale?%=% HTTP/1.1|Host: a|Content-Type: text/plain|Content-Length: 2||{}",
                "POST /hook/ec2/autoscale HTTP/1.1|Host: a|Expect: 200-ok|Content-Type: text/plain|Content-Length: 2||{}",
                "POST /hook/ec2/autoscale HTTP/1.1|Host: %|Content-Type: text/plain|Content-Length: 2||{}",
                "POST /hook/ec2/autoscale HTTP/1.3|Host: a|Content-Type: text/plain|Content-Length: 2||{}",
                "POST /%zz HTTP/1.1|Host: a|Content-Length: 0||"
            })
    void isAnswered400AndWritesNoStackTrace(String request) throws Exception {
        try (Trouble trouble = new Trouble()) {
            assertThat(send(request).map(Answer::status)).contains(400);
            assertThat(trouble.lines()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /hook/ec2/autoscale HTTP/1.1|Host: a|Content-Type: text/plain|Transfer-Encoding: chunked||-1|a",
                "POST /hook/ec2/autoscale HTTP/1.1|Host: a|Content-Type: text/plain|Content-Length: 9||{}",
                "POST /a HTTP/1.1|Host: a|Content-Length: 0||"
            })
    void whateverItIsAnsweredItWritesNoStackTraceAndIsNotPutOff(String request) throws Exception {
        try (Trouble trouble = new Trouble()) {
            assertThat(send(request).map(Answer::status).orElse(400)).isBetween(400, 499);
            assertThat(trouble.lines()).isEmpty();
        }
    }

    private static Optional<Answer> send(String request) throws Exception {
        byte[] bytes = request.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        try (Connection connection = new Connection(webhook.port())) {
            return connection.send(new Delivery(bytes, Kind.REQUEST_CHANGED, Due.ANYTHING, "", ""));
        }
    }
}
