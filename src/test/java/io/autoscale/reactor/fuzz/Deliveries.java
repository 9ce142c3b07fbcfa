package io.autoscale.reactor.fuzz;

import static io.autoscale.reactor.fuzz.Delivery.Due.ACCEPTED;
import static io.autoscale.reactor.fuzz.Delivery.Due.ANSWER;
import static io.autoscale.reactor.fuzz.Delivery.Due.ANYTHING;
import static io.autoscale.reactor.fuzz.Delivery.Due.CUT;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.autoscale.reactor.fuzz.Delivery.Due;
import io.autoscale.reactor.fuzz.Delivery.Kind;
import io.autoscale.reactor.sns.RunningWebhook;
import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.SnsSigner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Deliveries of SNS, most of them changed: before they are signed, after it, or on their way. One thread's; no other one
 * sends the same MessageId.
 */
final class Deliveries {

    /** Of a topic that is not listed, by which any account can have SNS sign what it likes. */
    private static final List<String> FOREIGN_TOPICS = List.of(
            "arn:aws:sns:us-east-1:999999999999:web",
            "arn:aws:sns:us-east-1:123456789012:Web",
            "arn:aws:sns:us-west-2:123456789012:web");

    private static final List<String> CAMEL_HEADERS = List.of(
            "CamelHttpResponseCode: 200",
            "CamelHttpPath: /",
            "CamelBeanMethodName: notReady",
            "cAmElBeAnMeThOdNaMe: confirms",
            "CamelExecCommandExecutable: touch",
            "CamelJmsDestinationName: parked",
            "CamelCharsetName: UTF-16",
            "_AMQ_DUPL_ID: a",
            "JMSReplyTo: queue:parked",
            "breadcrumbId: ${body}",
            "messageId: a",
            "exchangePattern: InOut");

    private static final List<String> MORE_HEADERS = List.of(
            "x-amz-sns-rawDelivery: true",
            "x-amz-sns-message-type: UnsubscribeConfirmation",
            "X-AMZ-SNS-MESSAGE-TYPE: Notification",
            "x-amz-sns-message-id: other",
            "x-amz-sns-topic-arn: arn:aws:sns:us-east-1:999999999999:web",
            "Content-Encoding: gzip",
            "Content-Type: text/plain",
            "Content-Type: application/x-www-form-urlencoded",
            "Expect: 100-continue",
            "Expect: 200-ok",
            "Cookie: a=b; $Version=1",
            "X-Forwarded-For: 127.0.0.1",
            "Transfer-Encoding: identity",
            "Authorization: Basic !",
            "Range: bytes=0-0",
            "Accept: image/png;q=nan",
            "Host: a, b",
            "Host: %",
            "Connection: close",
            "Upgrade: websocket\r\nConnection: Upgrade",
            "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
            " folded: a",
            "no colon",
            ": no name",
            "a b: c",
            "a\0b: c",
            "a: b\0c",
            "a: b\rc",
            "a: \u00e9\u00ff",
            "a: " + "b".repeat(9000),
            "a: b\r\n".repeat(500) + "a: b");

    private static final List<String> FIRST_LINES = List.of(
            "GET %s HTTP/1.1",
            "HEAD %s HTTP/1.1",
            "PUT %s HTTP/1.1",
            "OPTIONS * HTTP/1.1",
            "TRACE %s HTTP/1.1",
            "CONNECT 127.0.0.1:22 HTTP/1.1",
            "post %s HTTP/1.1",
            "POST! %s HTTP/1.1",
            "POST %s/ HTTP/1.1",
            "POST /%s HTTP/1.1",
            "POST %s/../autoscale HTTP/1.1",
            "POST %s%%00 HTTP/1.1",
            "POST %s%%zz HTTP/1.1",
            "POST %s;a=b HTTP/1.1",
            "POST %s?CamelHttpResponseCode=200&CamelBeanMethodName=notReady HTTP/1.1",
            "POST %s?%%=%% HTTP/1.1",
            "POST %s?x-amz-sns-message-type=Notification HTTP/1.1",
            "POST http://example.org%s HTTP/1.1",
            "POST http://[%s HTTP/1.1",
            "POST /observe/health HTTP/1.1",
            "POST /q/dev HTTP/1.1",
            "POST / HTTP/1.1",
            "POST  HTTP/1.1",
            "POST %s",
            "POST %s HTTP/0.9",
            "POST %s HTTP/1.0",
            "POST %s HTTP/2.0",
            "POST %s HTTP/9.9",
            "POST %s HTTPS/1.1",
            "PRI * HTTP/2.0",
            "%s POST HTTP/1.1",
            "\0 %s HTTP/1.1",
            "POST \u00e9 HTTP/1.1");

    private final SnsSigner sns;
    private final long seed;
    private final SignedBySns signed;
    private final List<Map<String, String>> bases = new ArrayList<>();

    /** @param signed where all that SNS signs is written down */
    Deliveries(SnsSigner sns, long seed, long thread, SignedBySns signed) {
        this.sns = sns;
        this.seed = seed;
        this.signed = signed;
        Chance chance = new Chance(seed, -1 - thread);
        for (String recorded : Announcements.recorded()) {
            for (String version : List.of("1", "2")) {
                bases.add(notification(chance, Announcements.of(recorded, "i-0123456789abcdef0", "web"), version));
            }
        }
        for (String type : List.of("SubscriptionConfirmation", "UnsubscribeConfirmation")) {
            for (int i = 0; i < 4; i++) {
                Map<String, String> fields = sns.confirmation(type, RunningWebhook.TOPIC, "token" + chance.id());
                fields.put("MessageId", chance.id());
                bases.add(signed(fields));
            }
        }
    }

    Delivery next(long turn) {
        Chance chance = new Chance(seed, turn);
        Map<String, String> base = chance.oneOf(bases);
        int kind = chance.below(100);
        if (kind < 5) {
            return new Request(base).delivery(Kind.GENUINE, ACCEPTED);
        } else if (kind < 17) {
            return messageChanged(chance);
        } else if (kind < 20) {
            return envelopeChanged(chance, base);
        } else if (kind < 23) {
            return foreignTopic(chance, base);
        } else if (kind < 58) {
            Request request = new Request(base);
            request.body = Mutations.json(chance, tree(base)).getBytes(StandardCharsets.UTF_8);
            return request.delivery(Kind.BODY_CHANGED, ANSWER);
        } else if (kind < 68) {
            Request request = new Request(base);
            request.body = Mutations.bytes(chance, request.body);
            return request.delivery(Kind.BYTES_CHANGED, ANSWER);
        } else if (kind < 78) {
            return headersChanged(chance, base);
        } else if (kind < 87) {
            return firstLineChanged(chance, base);
        } else if (kind < 95) {
            return framingChanged(chance, base);
        }
        Delivery whole = new Request(base).delivery(Kind.REQUEST_CHANGED, CUT);
        return new Delivery(Mutations.bytes(chance, whole.request()), whole.kind(), whole.due(), whole.messageId(), "");
    }

    /** From now on a new message stands for the one with this MessageId, of which something may come late. */
    void renew(String messageId, long turn) {
        bases.replaceAll(base -> {
            if (!base.get("MessageId").equals(messageId)) {
                return base;
            }
            Map<String, String> fields = SnsSigner.fields(SnsSigner.json(base));
            fields.remove("Signature");
            fields.put("MessageId", new Chance(~seed, turn).id());
            return signed(fields);
        });
        signed.retire(messageId);
    }

    /** What the reactor is to make something of, or to refuse. */
    private Delivery messageChanged(Chance chance) {
        String message =
                Announcements.of(chance.oneOf(Announcements.recorded()), "i-0123456789abcdef0", chance.oddText());
        String changed = chance.oneIn(4) ? Mutations.text(chance, message) : Mutations.json(chance, parsed(message));
        return new Request(notification(chance, changed, chance.oneIn(2) ? "1" : "2"))
                .delivery(Kind.MESSAGE_CHANGED_THEN_SIGNED, ANSWER);
    }

    private Delivery envelopeChanged(Chance chance, Map<String, String> base) {
        Map<String, String> fields = SnsSigner.fields(SnsSigner.json(base));
        fields.remove("Signature");
        String name = chance.oneOf(List.copyOf(fields.keySet()));
        List<String> nearly = OddTexts.NEARLY.getOrDefault(name, OddTexts.ALL);
        fields.put(name, chance.oneIn(3) ? chance.oneOf(nearly) : Mutations.text(chance, fields.get(name)));
        if (!name.equals("MessageId")) {
            fields.put("MessageId", chance.id());
        } else if (fields.get(name).matches("[0-9A-Za-z-]*")) {
            fields.put(name, fields.get(name) + chance.id());
        }
        return new Request(signed(fields)).delivery(Kind.ENVELOPE_CHANGED_THEN_SIGNED, ANSWER);
    }

    private Delivery foreignTopic(Chance chance, Map<String, String> base) {
        Map<String, String> fields = SnsSigner.fields(SnsSigner.json(base));
        fields.put("TopicArn", chance.oneOf(FOREIGN_TOPICS));
        fields.put("MessageId", chance.id());
        String url = "https://sns.us-east-1.amazonaws.com/" + chance.id() + ".pem";
        fields.put("SigningCertURL", url);
        Delivery delivery = new Request(signed(fields)).delivery(Kind.FOREIGN_TOPIC, ANSWER);
        return new Delivery(delivery.request(), delivery.kind(), delivery.due(), delivery.messageId(), url);
    }

    private Delivery headersChanged(Chance chance, Map<String, String> base) {
        Request request = new Request(base);
        int more = 1 + chance.below(3);
        Due due = ANSWER;
        for (int i = 0; i < more; i++) {
            switch (chance.below(5)) {
                case 0 -> request.headers.remove(chance.below(request.headers.size()));
                case 1 -> request.headers.add(chance.oneOf(request.headers));
                case 2 -> request.headers.add(chance.below(request.headers.size()), chance.oneOf(CAMEL_HEADERS));
                case 3 -> {
                    request.headers.add(chance.below(request.headers.size()), chance.oneOf(MORE_HEADERS));
                    due = ANYTHING;
                }
                default -> {
                    int at = chance.below(request.headers.size());
                    request.headers.set(at, Mutations.text(chance, request.headers.get(at)));
                    due = ANYTHING;
                }
            }
        }
        return request.delivery(Kind.HEADERS_CHANGED, due);
    }

    private Delivery firstLineChanged(Chance chance, Map<String, String> base) {
        Request request = new Request(base);
        request.firstLine = chance.oneIn(20)
                ? "POST " + RunningWebhook.PATH + "?" + "a".repeat(5000) + " HTTP/1.1"
                : chance.oneOf(FIRST_LINES).formatted(RunningWebhook.PATH);
        return request.delivery(Kind.FIRST_LINES_CHANGED, ANYTHING);
    }

    private Delivery framingChanged(Chance chance, Map<String, String> base) {
        Request request = new Request(base);
        byte[] body = request.body;
        int length = body.length;
        int change = chance.below(12);
        switch (change) {
            case 0 -> request.framing("Content-Length: " + (length - 1 - chance.below(length)));
            case 1 -> request.framing("Content-Length: " + (length + 1 + chance.below(100)));
            case 2 ->
                request.framing("Content-Length: "
                        + chance.oneOf(List.of(
                                "-1",
                                "+5",
                                "0x5",
                                "",
                                "a",
                                "5, 5",
                                "524289",
                                "9223372036854775807",
                                "9223372036854775808",
                                "99999999999999999999999")));
            case 3 -> request.framing("Content-Length: " + length + "\r\nContent-Length: 5");
            case 4 -> request.framing("Content-Length: " + length + "\r\nTransfer-Encoding: chunked");
            case 5 ->
                request.framing(chance.oneOf(List.of("Transfer-Encoding: gzip", "X: none", "Transfer-Encoding: ")));
            case 6 -> request.chunked(body, 1 + chance.below(length), "");
            case 7 -> request.chunked(body, 1 + chance.below(length), ";a=\"b\"");
            case 8 -> request.chunked(body, 1 + chance.below(length), ";" + "a".repeat(9000));
            case 9 -> {
                request.chunked(body, 1 + chance.below(length), "");
                request.body = Mutations.bytes(chance, request.body);
            }
            case 10 -> {
                request.framing("Transfer-Encoding: chunked");
                request.body = chance.oneOf(
                                List.of("fffffffffffffffff\r\n", "-1\r\na", "7fffffff\r\na", "g\r\n", "0\r\na"))
                        .getBytes(StandardCharsets.ISO_8859_1);
            }
            default -> {
                request.body = new byte[chance.oneOf(List.of(0, 512 * 1024, 512 * 1024 + 1, 600 * 1024))];
                if (chance.oneIn(2)) {
                    request.chunked(request.body, 60_000, "");
                } else {
                    request.framing("Content-Length: " + request.body.length);
                }
            }
        }
        return request.delivery(Kind.FRAMING_CHANGED, Set.of(1, 2, 9, 10).contains(change) ? CUT : ANYTHING);
    }

    private Map<String, String> notification(Chance chance, String message, String version) {
        String now = sns.confirmation("Notification", RunningWebhook.TOPIC, "").get("Timestamp");
        Map<String, String> fields = SnsSigner.fields(
                sns.notification(RunningWebhook.TOPIC, chance.id(), "Auto Scaling: web", message, now, version));
        signed.add(fields);
        return fields;
    }

    private Map<String, String> signed(Map<String, String> fields) {
        Map<String, String> all = SnsSigner.fields(sns.sign(fields));
        signed.add(all);
        return all;
    }

    private static JsonNode tree(Map<String, String> fields) {
        return RunningWebhook.JSON.valueToTree(fields);
    }

    private static JsonNode parsed(String json) {
        try {
            return RunningWebhook.JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A request as SNS makes it, to be changed. */
    private final class Request {

        private final String messageId;
        private final List<String> headers = new ArrayList<>();
        private String firstLine = "POST " + RunningWebhook.PATH + " HTTP/1.1";
        private byte[] body;
        private String framing;

        Request(Map<String, String> fields) {
            String signed = SnsSigner.json(fields);
            messageId = fields.get("MessageId");
            body = signed.getBytes(StandardCharsets.UTF_8);
            headers.add("Host: 127.0.0.1");
            headers.add("User-Agent: Amazon Simple Notification Service Agent");
            sns.headers(signed).forEach((name, value) -> headers.add(name + ": " + printable(value)));
        }

        private static String printable(String value) {
            return value.replaceAll("[^ -~]", "_");
        }

        void framing(String lines) {
            framing = lines;
        }

        void chunked(byte[] content, int size, String extension) {
            framing("Transfer-Encoding: chunked");
            byte[] chunks = new byte[0];
            for (int at = 0; at < content.length; at += size) {
                int length = Math.min(size, content.length - at);
                chunks = Mutations.joined(
                        chunks,
                        (Integer.toHexString(length) + extension + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                chunks = Mutations.joined(chunks, Arrays.copyOfRange(content, at, at + length));
                chunks = Mutations.joined(chunks, "\r\n".getBytes(StandardCharsets.ISO_8859_1));
            }
            body = Mutations.joined(chunks, "0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }

        Delivery delivery(Kind kind, Due due) {
            String head = firstLine + "\r\n" + String.join("\r\n", headers) + "\r\n"
                    + (framing == null ? "Content-Length: " + body.length : framing) + "\r\n\r\n";
            return new Delivery(
                    Mutations.joined(head.getBytes(StandardCharsets.ISO_8859_1), body), kind, due, messageId, "");
        }
    }
}
