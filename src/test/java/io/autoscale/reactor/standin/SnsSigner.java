package io.autoscale.reactor.standin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.ConnectException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.messagemanager.sns.internal.SnsHostProvider;
import software.amazon.awssdk.regions.Region;

/**
 * Writes and signs SNS messages of every type as one region's SNS does, with a throwaway certificate of its own, and
 * serves that certificate to whoever verifies them.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html">Verifying signatures</a>
 */
public final class SnsSigner {

    private static final List<String> SIGNED_OF_NOTIFICATION =
            List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");
    private static final List<String> SIGNED_OF_CONFIRMATION =
            List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Clock clock;
    private final String host;
    private final KeyPair keys;
    private final URI certificateUrl;
    private final String certificate;
    private final List<URI> fetched = new CopyOnWriteArrayList<>();
    private volatile boolean certificateHostAway;

    public SnsSigner(String region, Clock clock) {
        this(Region.of(region), clock);
    }

    public SnsSigner(Region region, Clock clock) {
        this(region, clock, "RSA", commonName(region), Instant.now().minus(Duration.ofDays(1)), Duration.ofDays(365));
    }

    /** A signer with a certificate of any kind, for trying those that must not be believed. */
    public SnsSigner(
            Region region, Clock clock, String algorithm, String commonName, Instant notBefore, Duration validity) {
        this.clock = clock;
        this.host = "sns." + region.id() + (region.id().startsWith("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com");
        this.certificateUrl = URI.create("https://" + host + "/SimpleNotificationService-"
                + UUID.randomUUID().toString().replace("-", "") + ".pem");
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize("EC".equals(algorithm) ? 256 : 2048);
            this.keys = generator.generateKeyPair();
            this.certificate = certificate(keys, commonName, notBefore, validity);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The name that the certificate of this region's SNS carries. */
    public static String commonName(Region region) {
        return new SnsHostProvider(region).signingCertCommonName();
    }

    /** A signed Notification, now, with a new MessageId and SignatureVersion 2; {@code subject} may be null. */
    public String notification(String topicArn, String subject, String message) {
        return notification(topicArn, UUID.randomUUID().toString(), subject, message, now(), "2");
    }

    /** A signed Notification; {@code subject} may be null. */
    public String notification(
            String topicArn, String messageId, String subject, String message, String timestamp, String version) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Type", "Notification");
        fields.put("MessageId", messageId);
        fields.put("TopicArn", topicArn);
        if (subject != null) {
            fields.put("Subject", subject);
        }
        fields.put("Message", message);
        fields.put("Timestamp", timestamp);
        fields.put("SignatureVersion", version);
        fields.put("SigningCertURL", certificateUrl.toString());
        fields.put("UnsubscribeURL", "https://" + host + "/?Action=Unsubscribe&SubscriptionArn=" + topicArn + ":1");
        return sign(fields);
    }

    public String subscriptionConfirmation(String topicArn, String token) {
        return sign(confirmation("SubscriptionConfirmation", topicArn, token));
    }

    public String unsubscribeConfirmation(String topicArn, String token) {
        return sign(confirmation("UnsubscribeConfirmation", topicArn, token));
    }

    /** The fields of a confirmation before it is signed; to be changed and given to {@link #sign}. */
    public Map<String, String> confirmation(String type, String topicArn, String token) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Type", type);
        fields.put("MessageId", UUID.randomUUID().toString());
        fields.put("Token", token);
        fields.put("TopicArn", topicArn);
        fields.put("Message", "You have chosen to change the subscription to the topic " + topicArn + ".");
        fields.put(
                "SubscribeURL",
                "https://" + host + "/?Action=ConfirmSubscription&TopicArn=" + topicArn + "&Token=" + token);
        fields.put("Timestamp", now());
        fields.put("SignatureVersion", "2");
        fields.put("SigningCertURL", certificateUrl.toString());
        return fields;
    }

    /** The body of a message with these fields and their signature, which is genuine whatever the fields are. */
    public String sign(Map<String, String> fields) {
        Map<String, String> signed = new LinkedHashMap<>(fields);
        boolean notification = "Notification".equals(fields.get("Type"));
        StringBuilder text = new StringBuilder();
        for (String name : notification ? SIGNED_OF_NOTIFICATION : SIGNED_OF_CONFIRMATION) {
            if (fields.get(name) != null) {
                text.append(name).append('\n').append(fields.get(name)).append('\n');
            }
        }
        signed.put("Signature", Base64.getEncoder().encodeToString(signature(text, fields.get("SignatureVersion"))));
        return json(signed);
    }

    /** The headers that SNS sends with this body. */
    public Map<String, String> headers(String body) {
        Map<String, String> fields = fields(body);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("x-amz-sns-message-type", fields.get("Type"));
        headers.put("x-amz-sns-message-id", fields.get("MessageId"));
        headers.put("x-amz-sns-topic-arn", fields.get("TopicArn"));
        if ("Notification".equals(fields.get("Type"))) {
            headers.put("x-amz-sns-subscription-arn", fields.get("TopicArn") + ":1");
        }
        headers.put("Content-Type", "text/plain; charset=UTF-8");
        return headers;
    }

    /** The fields of a body, in order; to be changed, and written again by {@link #sign} or {@link #json}. */
    public static Map<String, String> fields(String body) {
        try {
            return JSON.readValue(body, new TypeReference<LinkedHashMap<String, String>>() {});
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The body with these fields as they are. */
    public static String json(Map<String, String> fields) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(fields);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI certificateUrl() {
        return certificateUrl;
    }

    /** The certificate, as PEM text. */
    public String certificate() {
        return certificate;
    }

    /** Serves the certificate at its URL, answers 404 to everything else, and keeps what it was asked for. */
    public SdkHttpClient certificateClient() {
        return new SdkHttpClient() {
            @Override
            public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
                URI uri = request.httpRequest().getUri();
                return new ExecutableHttpRequest() {
                    @Override
                    public HttpExecuteResponse call() throws IOException {
                        fetched.add(uri);
                        if (certificateHostAway) {
                            throw new ConnectException("Connection refused");
                        }
                        return uri.equals(certificateUrl) ? answer(200, certificate) : answer(404, "Not found");
                    }

                    @Override
                    public void abort() {
                        // The answer is there at once.
                    }
                };
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
    }

    /** Whether the host of the certificate refuses connections to {@link #certificateClient}. */
    public void certificateHostAway(boolean away) {
        certificateHostAway = away;
    }

    /** All URLs that {@link #certificateClient} was asked for, in order. */
    public List<URI> fetched() {
        return List.copyOf(fetched);
    }

    /** An HTTP answer with a text, for clients that answer something else. */
    public static HttpExecuteResponse answer(int status, String text) {
        return HttpExecuteResponse.builder()
                .response(SdkHttpResponse.builder().statusCode(status).build())
                .responseBody(
                        AbortableInputStream.create(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))))
                .build();
    }

    private String now() {
        return TIMESTAMP.format(clock.instant());
    }

    private byte[] signature(CharSequence text, String version) {
        String digest = "2".equals(version) ? "SHA256with" : "SHA1with";
        String algorithm = keys.getPrivate().getAlgorithm();
        try {
            Signature signature = Signature.getInstance(digest + ("EC".equals(algorithm) ? "ECDSA" : algorithm));
            signature.initSign(keys.getPrivate());
            signature.update(text.toString().getBytes(StandardCharsets.UTF_8));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String certificate(KeyPair keys, String commonName, Instant notBefore, Duration validity)
            throws OperatorCreationException, IOException {
        X500Principal name = new X500Principal("CN=" + commonName);
        String algorithm = "EC".equals(keys.getPrivate().getAlgorithm()) ? "SHA256withECDSA" : "SHA256withRSA";
        StringWriter pem = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(pem)) {
            writer.writeObject(new JcaX509v3CertificateBuilder(
                            name,
                            BigInteger.valueOf(System.nanoTime()),
                            Date.from(notBefore),
                            Date.from(notBefore.plus(validity)),
                            name,
                            keys.getPublic())
                    .build(new JcaContentSignerBuilder(algorithm).build(keys.getPrivate())));
        }
        return pem.toString().replace("\r\n", "\n");
    }
}
