package io.autoscale.reactor.sns;

import static io.autoscale.reactor.sns.RunningWebhook.JSON;
import static io.autoscale.reactor.sns.RunningWebhook.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.Work;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every row of the contract's table, over real HTTP. */
class ReceiveRouteTest {

    private static final String LAUNCH =
            """
            {"Event":"autoscaling:EC2_INSTANCE_LAUNCH","EC2InstanceId":"i-0123456789abcdef0","AutoScalingGroupName":"web"}""";

    private static SnsSigner sns;
    private static RunningWebhook webhook;
    private static int fetchedBefore;

    @BeforeAll
    static void start() throws Exception {
        sns = new SnsSigner("us-east-1", Clock.systemUTC());
        webhook = new RunningWebhook(sns);
    }

    @AfterAll
    static void stop() {
        webhook.close();
    }

    @BeforeEach
    void forget() {
        webhook.events().reset();
        webhook.confirmed.clear();
        webhook.confirmFailure.set(null);
        fetchedBefore = sns.fetched().size();
    }

    @Test
    void aGenuineDeliveryIsStoredWithItsMessageIdAgainstDuplicatesAndAnswered200() throws Exception {
        String body = sns.notification(TOPIC, "Auto Scaling: launch for group \"web\"", LAUNCH);
        String id = SnsSigner.fields(body).get("MessageId");

        HttpResponse<String> answer = webhook.deliver(body);

        assertThat(answer.statusCode()).isEqualTo(200);
        Message stored = stored();
        assertThat(stored.getHeaders()).containsExactly(Map.entry("_AMQ_DUPL_ID", id));
        Event event = JSON.readValue(stored.getBody(String.class), Event.class);
        assertThat(event.id()).isEqualTo(id);
        assertThat(event.topic()).isEqualTo(TOPIC);
        assertThat(event.work()).isEqualTo(Work.BOOTSTRAP);
        assertThat(event.instance()).hasToString("Optional[i-0123456789abcdef0]");
        assertThat(event.group()).isEqualTo("web");
        assertThat(answer.headers().map().keySet()).doesNotContain("_AMQ_DUPL_ID", "x-amz-sns-message-type");
    }

    @Test
    void aMessageThatAsksForNothingIsAnswered200() throws Exception {
        String test = "{\"Event\":\"autoscaling:TEST_NOTIFICATION\",\"AutoScalingGroupName\":\"web\"}";
        assertThat(webhook.deliver(sns.notification(TOPIC, null, test)).statusCode())
                .isEqualTo(200);
        assertThat(event().work()).isEqualTo(Work.NOTHING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void bothSignatureVersionsAreUnderstood(String version) throws Exception {
        String body = sns.notification(TOPIC, "id-" + version, null, LAUNCH, timestamp(Instant.now()), version);
        assertThat(webhook.deliver(body).statusCode()).isEqualTo(200);
    }

    @Test
    void aTimestampOfAFullSecondIsVerifiedAsItCame() throws Exception {
        String timestamp = timestamp(Instant.now()).replaceFirst("\\.\\d{3}Z", ".000Z");
        assertThat(webhook.deliver(sns.notification(TOPIC, "id", null, LAUNCH, timestamp, "2"))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {".500001Z", ".5Z", ".500000000Z", ".500+00:00", ".500z"})
    void aTimestampInAnotherFormThanWasSignedIsAnswered400(String end) throws Exception {
        String timestamp = timestamp(Instant.now()).replaceFirst("\\.\\d{3}Z", ".500Z");
        String body = sns.notification(TOPIC, "id", null, LAUNCH, timestamp, "2");
        refuses(400, webhook.deliver(body.replace(timestamp, timestamp.replace(".500Z", end))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"two\nlines", "Ünïcödé ☃ 𝄞", "\\u0041\"quoted\"", "tab\tand \u2028", "${body} #{x} {{y}}"})
    void whateverStandsInSubjectAndMessageIsVerifiedAsItCame(String text) throws Exception {
        Map<String, String> message = new HashMap<>(
                Map.of("Event", "autoscaling:EC2_INSTANCE_LAUNCH", "EC2InstanceId", "i-0123456789abcdef0"));
        message.put("AutoScalingGroupName", text);
        String body = sns.notification(TOPIC, text, JSON.writeValueAsString(message));
        assertThat(webhook.deliver(body).statusCode()).isEqualTo(200);
        assertThat(event().group()).doesNotContain("\n", "\t", "\u2028");
    }

    @Test
    void escapedAndPlainFormsOfABodyAreTheSameMessage() throws Exception {
        String body = sns.notification(TOPIC, null, LAUNCH);
        String escaped = body.replace("web", "\\u0077eb").replace("/", "\\/");
        assertThat(webhook.deliver(escaped, sns.headers(body)).statusCode()).isEqualTo(200);
        assertThat(event().group()).isEqualTo("web");
    }

    @Test
    void theCharsetOfTheContentTypeChangesNothing() throws Exception {
        String body = sns.notification(TOPIC, "ü", LAUNCH.replace("web", "wéb"));
        Map<String, String> headers = sns.headers(body);
        headers.put("Content-Type", "application/json; charset=UTF-16");
        assertThat(webhook.deliver(body, headers).statusCode()).isEqualTo(200);
        assertThat(event().group()).isEqualTo("wéb");
        headers.put("Content-Type", "text/plain; charset=no-such-charset");
        assertThat(webhook.deliver(body, headers).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void whatIsMalformedIsAnswered400(String why, UnaryOperator<String> bend) throws Exception {
        String body = sns.notification(TOPIC, "subject", LAUNCH);
        refuses(400, webhook.deliver(bend.apply(body), sns.headers(body)));
        assertThat(nothingFetched()).isTrue();
    }

    static Stream<Arguments> whatIsMalformedIsAnswered400() {
        return Stream.of(
                bent("empty", body -> ""),
                bent("not JSON", body -> "Message=1"),
                bent("an array", body -> "[" + body + "]"),
                bent("two objects", body -> body + body),
                bent("something behind it", body -> body + " x"),
                bent("cut short", body -> body.substring(0, body.length() - 3)),
                bent(
                        "deeply nested",
                        body -> body.replaceFirst("\\{", "{\"x\":" + "[".repeat(5000) + "]".repeat(5000) + ",")),
                bent("a repeated name", body -> body.replaceFirst("\\{", "{\"Message\":\"other\",")),
                bent("a repeated unknown name", body -> body.replaceFirst("\\{", "{\"x\":1,\"x\":2,")),
                bent(
                        "half a surrogate pair",
                        body -> body.replace("\"subject\"", "\"\\\\ud800\"".replace("\\\\", "\\"))),
                field("no Type", fields -> fields.remove("Type")),
                field("an unknown Type", fields -> fields.put("Type", "Notice")),
                field("no MessageId", fields -> fields.remove("MessageId")),
                field("a strange MessageId", fields -> fields.put("MessageId", "a\nb")),
                field("no TopicArn", fields -> fields.remove("TopicArn")),
                field("no Message", fields -> fields.remove("Message")),
                field("no Timestamp", fields -> fields.remove("Timestamp")),
                field("a strange Timestamp", fields -> fields.put("Timestamp", "yesterday")),
                field("no Signature", fields -> fields.remove("Signature")),
                field("an empty Signature", fields -> fields.put("Signature", "")),
                field("an undecodable Signature", fields -> fields.put("Signature", "****")),
                field("no SignatureVersion", fields -> fields.remove("SignatureVersion")),
                field("SignatureVersion 3", fields -> fields.put("SignatureVersion", "3")),
                field("no SigningCertURL", fields -> fields.remove("SigningCertURL")),
                field("a strange UnsubscribeURL", fields -> fields.put("UnsubscribeURL", "https://[")),
                bent(
                        "a number for a text",
                        body -> body.replace("\"SignatureVersion\" : \"2\"", "\"SignatureVersion\" : 2")),
                bent("null for a text", body -> body.replace("\"subject\"", "null")),
                bent("an object for a text", body -> body.replace("\"subject\"", "{}")));
    }

    @Test
    void whatIsNotUtf8IsAnswered400() throws Exception {
        String body = sns.notification(TOPIC, "ü", LAUNCH);
        byte[] latin = body.getBytes(StandardCharsets.ISO_8859_1);
        refuses(400, webhook.send("POST", BodyPublishers.ofByteArray(latin), sns.headers(body)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void headersThatContradictTheBodyAreAnswered400(String why, Consumer<Map<String, String>> bend) throws Exception {
        String body = sns.notification(TOPIC, null, LAUNCH);
        Map<String, String> headers = sns.headers(body);
        bend.accept(headers);
        refuses(400, webhook.deliver(body, headers));
        assertThat(nothingFetched()).isTrue();
    }

    static Stream<Arguments> headersThatContradictTheBodyAreAnswered400() {
        return Stream.of(
                header("no type", headers -> headers.remove("x-amz-sns-message-type")),
                header("another type", headers -> headers.put("x-amz-sns-message-type", "UnsubscribeConfirmation")),
                header("an unknown type", headers -> headers.put("x-amz-sns-message-type", "notification")),
                header("another MessageId", headers -> headers.put("x-amz-sns-message-id", "other")),
                header("another TopicArn", headers -> headers.put("x-amz-sns-topic-arn", TOPIC + "2")),
                header("raw delivery", headers -> headers.put("x-amz-sns-rawdelivery", "true")));
    }

    @Test
    void aConfirmationWithoutTokenOrLinkIsAnswered400() throws Exception {
        for (String missing : new String[] {"Token", "SubscribeURL"}) {
            String body = sns.subscriptionConfirmation(TOPIC, "token");
            Map<String, String> fields = SnsSigner.fields(body);
            fields.remove(missing);
            refuses(400, webhook.deliver(SnsSigner.json(fields), sns.headers(body)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "i-*",
                "i-0123456789abcdef0,i-0123456789abcdef1",
                "../x",
                "I-0123456789ABCDEF0",
                "i-0123456789ABCDEF0",
                "i-0123456789abcdef0\n",
                "i-012345678",
                " i-0123456789abcdef0",
                "$(id)",
                ""
            })
    void aGenuineMessageWhoseInstanceIdIsNotOneIsAnswered400(String id) throws Exception {
        String message =
                JSON.writeValueAsString(Map.of("Event", "autoscaling:EC2_INSTANCE_TERMINATE", "EC2InstanceId", id));
        refuses(400, webhook.deliver(sns.notification(TOPIC, null, message)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello",
                "",
                "[]",
                "{}",
                "null",
                "{\"Event\":\"autoscaling:SOMETHING\"}",
                "{\"Event\":{\"a\":1}}",
                "{\"detail-type\":\"EC2 Instance Launch Successful\",\"source\":\"my.app\"}",
                "{\"LifecycleTransition\":\"autoscaling:EC2_INSTANCE_LAUNCHING\",\"EC2InstanceId\":\"i-0123456789abcdef0\"}"
            })
    void aGenuineMessageThatIsNotUnderstoodIsAnswered400(String message) throws Exception {
        refuses(400, webhook.deliver(sns.notification(TOPIC, null, message)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void whatIsNotGenuineIsAnswered403(String why, BiConsumer<SnsSigner, Map<String, String>> bend) throws Exception {
        Map<String, String> fields = SnsSigner.fields(sns.notification(TOPIC, "subject", LAUNCH));
        bend.accept(sns, fields);
        String body = SnsSigner.json(fields);
        refuses(403, webhook.deliver(body));
    }

    static Stream<Arguments> whatIsNotGenuineIsAnswered403() {
        return Stream.of(
                forged("another Message", (signer, fields) -> fields.put("Message", LAUNCH.replace('1', '2'))),
                forged("another MessageId", (signer, fields) -> fields.put("MessageId", "other")),
                forged("another Subject", (signer, fields) -> fields.put("Subject", "other")),
                forged("no Subject", (signer, fields) -> fields.remove("Subject")),
                forged("another SignatureVersion", (signer, fields) -> fields.put("SignatureVersion", "1")),
                forged("another Signature", (signer, fields) -> fields.put("Signature", "AAAA")),
                forged(
                        "a younger Timestamp",
                        (signer, fields) ->
                                fields.put("Timestamp", timestamp(Instant.now().minusSeconds(1)))),
                forged(
                        "too old",
                        (signer, fields) -> resign(
                                signer,
                                fields,
                                "Timestamp",
                                timestamp(Instant.now().minus(Duration.ofMinutes(66))))),
                forged(
                        "too young",
                        (signer, fields) -> resign(
                                signer,
                                fields,
                                "Timestamp",
                                timestamp(Instant.now().plus(Duration.ofMinutes(6))))),
                forged(
                        "a certificate that is not there",
                        (signer, fields) -> resign(
                                signer, fields, "SigningCertURL", "https://sns.us-east-1.amazonaws.com/none.pem")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "arn:aws:sns:us-east-1:123456789012:web2",
                "arn:aws:sns:us-east-1:999999999999:web",
                "arn:aws:sns:us-west-2:123456789012:web",
                "arn:aws:sns:us-east-1:123456789012:web ",
                "ARN:aws:sns:us-east-1:123456789012:web",
                "*",
                ""
            })
    void aTopicThatIsNotAllowedIsAnswered403AndNothingIsFetched(String topic) throws Exception {
        Map<String, String> fields = SnsSigner.fields(sns.notification(topic, null, LAUNCH));
        fields.remove("UnsubscribeURL");
        String body = SnsSigner.json(fields);
        Map<String, String> headers = sns.headers(body);
        headers.remove("x-amz-sns-topic-arn");
        headers.remove("x-amz-sns-subscription-arn");
        refuses(403, webhook.deliver(body, headers));
        assertThat(nothingFetched()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://sns.us-east-1.amazonaws.com/S.pem",
                "HTTPS://sns.us-east-1.amazonaws.com/S.pem",
                "https://SNS.us-east-1.amazonaws.com/S.pem",
                "https://sns.us-west-2.amazonaws.com/S.pem",
                "https://sns.us-east-1.amazonaws.com.cn/S.pem",
                "https://sns.us-east-1.amazonaws.com./S.pem",
                "https://sns.us-east-1.amazonaws.com:443/S.pem",
                "https://sns.us-east-1.amazonaws.com:8443/S.pem",
                "https://sns.us-east-1.amazonaws.com@evil.example/S.pem",
                "https://user@sns.us-east-1.amazonaws.com/S.pem",
                "https://sns.us-east-1.amazonaws.com\\@evil.example/S.pem",
                "https://sns.us-east-1.amazonaws.com\\.evil.example/S.pem",
                "https://sns.us-east-1.amazonaws.com.evil.example/S.pem",
                "https://evil.example/sns.us-east-1.amazonaws.com/S.pem",
                "https://x.s3.amazonaws.com/S.pem",
                "https://sns.s3-ap-southeast-2.amazonaws.com/S.pem",
                "https://sns.execute-api.us-east-1.amazonaws.com/S.pem",
                "https://sns.us-east-1.amazonaws.com/S.pem?x=1",
                "https://sns.us-east-1.amazonaws.com/S.pem#x",
                "https://sns.us-east-1.amazonaws.com/?S.pem",
                "https://sns.us-east-1.amazonaws.com/../S.pem",
                "https://sns.us-east-1.amazonaws.com/%2e%2e/S.pem",
                "https://sns.us-east-1.amazonaws.com//S.pem",
                "https://sns.us-east-1.amazonaws.com/S.pem\n",
                "https://sns.us-east-1.amazonaws.com/S.txt",
                " https://sns.us-east-1.amazonaws.com/S.pem",
                "file:///etc/passwd",
                "sns.us-east-1.amazonaws.com/S.pem",
                ""
            })
    void aSigningCertUrlThatIsNotTheRegionsIsAnswered403AndNothingIsFetched(String url) throws Exception {
        Map<String, String> fields = SnsSigner.fields(sns.notification(TOPIC, null, LAUNCH));
        resign(sns, fields, "SigningCertURL", url);
        refuses(403, webhook.deliver(SnsSigner.json(fields)));
        assertThat(nothingFetched()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + TOPIC + "2&Token=token",
                "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + TOPIC + "&Token=other",
                "https://sns.us-east-1.amazonaws.com/?Action=DeleteTopic&TopicArn=" + TOPIC + "&Token=token",
                "https://sns.us-east-1.amazonaws.com/?Action=DeleteTopic&Action=ConfirmSubscription&TopicArn=" + TOPIC
                        + "&Token=token",
                "https://evil.example/?Action=ConfirmSubscription&TopicArn=" + TOPIC + "&Token=token",
                "https://sns.us-east-1.amazonaws.com@evil.example/?Action=ConfirmSubscription&TopicArn=" + TOPIC
                        + "&Token=token",
                "http://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + TOPIC + "&Token=token",
                "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + TOPIC + "&Token=%zz",
                "https://sns.us-east-1.amazonaws.com/",
                ""
            })
    void aSubscribeUrlThatContradictsTheMessageIsAnswered403(String url) throws Exception {
        for (String type : new String[] {"SubscriptionConfirmation", "UnsubscribeConfirmation"}) {
            Map<String, String> fields = sns.confirmation(type, TOPIC, "token");
            fields.put("SubscribeURL", url);
            refuses(403, webhook.deliver(sns.sign(fields)));
        }
        assertThat(nothingFetched()).isTrue();
        assertThat(webhook.confirmed).isEmpty();
    }

    @Test
    void aVerifiedSubscriptionIsConfirmedSoThatOnlyTheOwnerCanEndIt() throws Exception {
        assertThat(webhook.deliver(sns.subscriptionConfirmation(TOPIC, "token")).statusCode())
                .isEqualTo(200);
        assertThat(webhook.confirmed).singleElement().satisfies(request -> {
            assertThat(request.topicArn()).isEqualTo(TOPIC);
            assertThat(request.token()).isEqualTo("token");
            assertThat(request.authenticateOnUnsubscribe()).isEqualTo("true");
        });
        assertThat(webhook.events().getExchanges()).isEmpty();
    }

    @Test
    void aForgedSubscriptionIsNotConfirmed() throws Exception {
        Map<String, String> fields = SnsSigner.fields(sns.subscriptionConfirmation(TOPIC, "token"));
        fields.put("Message", "other");
        refuses(403, webhook.deliver(SnsSigner.json(fields)));
        assertThat(webhook.confirmed).isEmpty();
    }

    @Test
    void anUnsubscriptionIsToldWithoutItsToken() throws Exception {
        assertThat(webhook.deliver(sns.unsubscribeConfirmation(TOPIC, "secret-token"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(event().work()).isEqualTo(Work.NOTIFY);
        assertThat(event().kind()).isEqualTo("UnsubscribeConfirmation");
        assertThat(stored().getBody(String.class)).doesNotContain("secret-token");
        assertThat(webhook.confirmed).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"})
    void whatIsNotAPostIsAnswered405(String method) throws Exception {
        HttpResponse<String> answer = webhook.send(method, BodyPublishers.noBody(), Map.of());
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("POST");
    }

    @Test
    void aBodyOver512KibIsAnswered413HoweverItIsSent() throws Exception {
        String body = sns.notification(TOPIC, null, LAUNCH);
        byte[] large = (body + " ".repeat(512 * 1024)).getBytes(StandardCharsets.UTF_8);
        refuses(413, webhook.send("POST", BodyPublishers.ofByteArray(large), sns.headers(body)));
        refuses(
                413,
                webhook.send(
                        "POST",
                        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)),
                        sns.headers(body)));
    }

    @Test
    void aBodyOfExactly512KibIsRead() throws Exception {
        String body = sns.notification(TOPIC, null, LAUNCH);
        String full = body + " ".repeat(512 * 1024 - body.length());
        assertThat(webhook.deliver(full, sns.headers(body)).statusCode()).isEqualTo(200);
        assertThat(webhook.send(
                                "POST",
                                BodyPublishers.ofInputStream(
                                        () -> new ByteArrayInputStream(full.getBytes(StandardCharsets.UTF_8))),
                                sns.headers(body))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "text/html",
                "text/plainer",
                "",
                "application/json, text/plain"
            })
    void anotherContentTypeIsAnswered415(String type) throws Exception {
        String body = sns.notification(TOPIC, null, LAUNCH);
        Map<String, String> headers = sns.headers(body);
        headers.put("Content-Type", type);
        refuses(415, webhook.deliver(body, headers));
    }

    @Test
    void noContentTypeIsAnswered415() throws Exception {
        String body = sns.notification(TOPIC, null, LAUNCH);
        Map<String, String> headers = sns.headers(body);
        headers.remove("Content-Type");
        refuses(415, webhook.deliver(body, headers));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "identity", "br"})
    void anyContentEncodingIsAnswered415(String encoding) throws Exception {
        String body = sns.notification(TOPIC, null, LAUNCH);
        Map<String, String> headers = sns.headers(body);
        headers.put("Content-Encoding", encoding);
        refuses(415, webhook.deliver(body, headers));
    }

    @Test
    void aQueueThatDoesNotTakeItIsAnswered503WithoutItsReason() throws Exception {
        webhook.events().whenAnyExchangeReceived(exchange -> {
            throw new IllegalStateException("disk of broker-7 is full");
        });
        double before = webhook.refused(503);
        HttpResponse<String> answer = webhook.deliver(sns.notification(TOPIC, null, LAUNCH));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).hasLineCount(1).doesNotContain("broker-7", "Exception");
        assertThat(webhook.refused(503)).isEqualTo(before + 1);
    }

    @Test
    void whileTheRouteIsSuspendedOrStoppedTheAnswerIs503() throws Exception {
        String body = sns.notification(TOPIC, null, LAUNCH);
        webhook.context().getRouteController().suspendRoute(ReceiveRoute.ID);
        assertThat(webhook.deliver(body).statusCode()).isEqualTo(503);
        webhook.context().getRouteController().stopRoute(ReceiveRoute.ID);
        assertThat(webhook.deliver(body).statusCode()).isEqualTo(503);
        webhook.context().getRouteController().startRoute(ReceiveRoute.ID);
        assertThat(webhook.deliver(body).statusCode()).isEqualTo(200);
    }

    @Test
    void theWebhookIsOnItsOwnPortOnlyAndNothingElseIs() throws Exception {
        assertThat(webhook.status(webhook.managementPort, RunningWebhook.PATH)).isEqualTo(404);
        assertThat(webhook.status(webhook.port(), RunningWebhook.PATH)).isEqualTo(405);
        for (String path :
                new String[] {"/", "/observe/health", "/observe/metrics", "/q/health", RunningWebhook.PATH + "x"}) {
            assertThat(webhook.status(webhook.port(), path)).as(path).isEqualTo(404);
        }
    }

    private static void refuses(int status, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).hasLineCount(1).startsWith("Refused ").doesNotContain("i-0", "token");
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain; charset=utf-8");
        assertThat(webhook.refused(status)).isPositive();
        assertThat(webhook.events().getExchanges()).isEmpty();
    }

    private static boolean nothingFetched() {
        return sns.fetched().size() == fetchedBefore;
    }

    private static Message stored() {
        assertThat(webhook.events().getExchanges()).isNotEmpty();
        Exchange last = webhook.events()
                .getExchanges()
                .get(webhook.events().getExchanges().size() - 1);
        return last.getMessage();
    }

    private static Event event() throws Exception {
        return JSON.readValue(stored().getBody(String.class), Event.class);
    }

    static String timestamp(Instant time) {
        String text = time.toString();
        return text.replaceFirst("(\\.\\d{3})\\d*Z", "$1Z").replaceFirst("(:\\d\\d)Z", "$1.000Z");
    }

    private static void resign(SnsSigner signer, Map<String, String> fields, String name, String value) {
        fields.put(name, value);
        fields.putAll(SnsSigner.fields(signer.sign(fields)));
    }

    private static Arguments bent(String why, UnaryOperator<String> bend) {
        return arguments(why, bend);
    }

    private static Arguments field(String why, Consumer<Map<String, String>> bend) {
        return bent(why, body -> {
            Map<String, String> fields = SnsSigner.fields(body);
            bend.accept(fields);
            return SnsSigner.json(fields);
        });
    }

    private static Arguments header(String why, Consumer<Map<String, String>> bend) {
        return arguments(why, bend);
    }

    private static Arguments forged(String why, BiConsumer<SnsSigner, Map<String, String>> bend) {
        return arguments(why, bend);
    }
}
