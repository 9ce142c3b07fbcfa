package io.autoscale.reactor.sns;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.apache.camel.Headers;

/**
 * Reads a delivery strictly: UTF-8, one JSON object, no repeated names, every field that SNS sends there and a text, and
 * no header that says otherwise.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/http-header.html">HTTP headers of SNS</a>
 */
public class EnvelopeReader {

    /** Nothing that SNS, Auto Scaling or EventBridge sends is nested deeper than five. */
    private static final int DEEPEST = 20;

    /** As SNS writes it. The SDK verifies the time, not its text: of another form one could be had that nobody signed. */
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC)
            .withResolverStyle(ResolverStyle.STRICT);

    private static final Pattern MESSAGE_ID = Pattern.compile("[0-9A-Za-z][0-9A-Za-z-]{0,99}");

    static final ObjectReader JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    static boolean isMessageId(String text) {
        return text != null && MESSAGE_ID.matcher(text).matches();
    }

    /** @throws Rejected with 400, if this is no SNS message or one with missing, malformed or contradictory parts */
    public Envelope read(@Body byte[] delivery, @Headers Map<String, Object> headers) throws Rejected {
        if ("true".equalsIgnoreCase(header(headers, "x-amz-sns-rawdelivery").orElse(""))) {
            throw malformed("it is a raw delivery, without envelope and signature: switch raw message delivery off"
                    + " for this subscription");
        }
        String body = text(delivery == null ? new byte[0] : delivery);
        Fields fields = new Fields(object(body));
        Envelope envelope = envelope(fields, body);
        checkHeaders(headers, envelope, fields);
        return envelope;
    }

    private static Envelope envelope(Fields fields, String body) throws Rejected {
        Envelope.Type type = Envelope.Type.of(fields.text("Type"))
                .orElseThrow(() -> fields.malformed(
                        "its Type is none of Notification, SubscriptionConfirmation and UnsubscribeConfirmation"));
        fields.optionalText("Subject");
        fields.optionalUri("UnsubscribeURL");
        fields.signature();
        return new Envelope(
                type,
                fields.messageId(),
                fields.text("TopicArn"),
                fields.text("Message"),
                fields.timestamp(),
                fields.signatureVersion(),
                fields.text("SigningCertURL"),
                type.isConfirmation() ? fields.text("Token") : "",
                type.isConfirmation() ? fields.text("SubscribeURL") : "",
                body);
    }

    private static void checkHeaders(Map<String, Object> headers, Envelope envelope, Fields fields) throws Rejected {
        String type = header(headers, "x-amz-sns-message-type")
                .orElseThrow(() -> fields.malformed("the header x-amz-sns-message-type is missing"));
        if (!type.equals(envelope.type().toString())) {
            throw fields.malformed("the header x-amz-sns-message-type contradicts the body");
        }
        if (!header(headers, "x-amz-sns-message-id")
                .orElse(envelope.messageId())
                .equals(envelope.messageId())) {
            throw fields.malformed("the header x-amz-sns-message-id contradicts the body");
        }
        if (!header(headers, "x-amz-sns-topic-arn").orElse(envelope.topicArn()).equals(envelope.topicArn())) {
            throw fields.malformed("the header x-amz-sns-topic-arn contradicts the body");
        }
    }

    /** A repeated header is a list in Camel, whose text equals no value of a body. */
    private static Optional<String> header(Map<String, Object> headers, String name) {
        return Optional.ofNullable(headers.get(name)).map(Object::toString);
    }

    private static String text(byte[] bytes) throws Rejected {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed("it is not UTF-8");
        }
    }

    private static JsonNode object(String body) throws Rejected {
        try {
            JsonNode node = JSON.readTree(body);
            if (!node.isObject()) {
                throw malformed("it is not a JSON object");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw malformed("it is not one JSON object without repeated names");
        }
    }

    private static Rejected malformed(String reason) {
        return new Rejected(Rejected.MALFORMED, reason, "", "");
    }

    /** The fields of an envelope, and what is wrong with them. */
    private record Fields(JsonNode node) {

        String text(String name) throws Rejected {
            JsonNode value = node.get(name);
            if (value == null) {
                throw malformed("it has no " + name);
            }
            if (!value.isTextual() || !StandardCharsets.UTF_8.newEncoder().canEncode(value.textValue())) {
                throw malformed("its " + name + " is not a text");
            }
            return value.textValue();
        }

        Optional<String> optionalText(String name) throws Rejected {
            return node.has(name) ? Optional.of(text(name)) : Optional.empty();
        }

        void optionalUri(String name) throws Rejected {
            Optional<String> text = optionalText(name);
            if (text.isPresent()) {
                try {
                    new URI(text.get());
                } catch (URISyntaxException e) {
                    throw malformed("its " + name + " is not a URL");
                }
            }
        }

        String messageId() throws Rejected {
            String id = text("MessageId");
            if (!isMessageId(id)) {
                throw malformed("its MessageId is not one");
            }
            return id;
        }

        Instant timestamp() throws Rejected {
            try {
                return TIMESTAMP.parse(text("Timestamp"), Instant::from);
            } catch (DateTimeParseException e) {
                throw malformed("its Timestamp is not a time such as 2026-11-22T10:15:30.000Z");
            }
        }

        String signatureVersion() throws Rejected {
            String version = text("SignatureVersion");
            if (!SnsSettings.KNOWN_VERSIONS.contains(version)) {
                throw malformed("its SignatureVersion is unknown");
            }
            return version;
        }

        void signature() throws Rejected {
            try {
                if (Base64.getDecoder().decode(text("Signature")).length == 0) {
                    throw malformed("its Signature is empty");
                }
            } catch (IllegalArgumentException e) {
                throw malformed("its Signature is not base64");
            }
        }

        Rejected malformed(String reason) {
            return new Rejected(
                    Rejected.MALFORMED,
                    reason,
                    node.path("TopicArn").asText(),
                    node.path("MessageId").asText());
        }
    }
}
