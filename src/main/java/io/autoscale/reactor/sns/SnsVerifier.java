package io.autoscale.reactor.sns;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.messagemanager.sns.SnsMessageManager;
import software.amazon.awssdk.messagemanager.sns.model.SnsMessage;
import software.amazon.awssdk.regions.Region;

/**
 * Believes a message only if it is of an allowed topic, of our time, and signed by the SNS of that topic's region. The
 * topic comes first: any AWS account can have SNS sign a message of a topic of its own, and for such nothing is fetched.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html">Verifying signatures</a>
 */
public class SnsVerifier implements AutoCloseable {

    /** How far the clocks of SNS and of this machine may be apart. */
    private static final Duration AHEAD = Duration.ofMinutes(5);

    /** One plain file: no dot segment, escape, query or fragment can be in it. */
    private static final Pattern CERTIFICATE_PATH = Pattern.compile("/[A-Za-z0-9_-]{1,200}\\.pem");

    private final SnsSettings settings;
    private final CertificateClient certificates;
    private final Clock clock;
    private final Map<String, SnsMessageManager> managers = new HashMap<>();

    public SnsVerifier(SnsSettings settings, CertificateClient certificates, Clock clock) {
        this.settings = settings;
        this.certificates = certificates;
        this.clock = clock;
        for (TopicArn topic : settings.topics()) {
            managers.computeIfAbsent(topic.region(), region -> SnsMessageManager.builder()
                    .region(Region.of(region))
                    .httpClient(certificates)
                    .build());
        }
    }

    /**
     * @return the same envelope, now proven genuine
     * @throws Rejected with 403, if it is not; with 400, if it cannot even be compared
     * @throws Unverifiable if the certificate cannot be had now
     */
    public Envelope verify(@Body Envelope envelope) throws Rejected, Unverifiable {
        TopicArn topic = settings.topic(envelope.topicArn())
                .orElseThrow(() -> notGenuine("its topic is not one of reactor.sns.topics", envelope));
        if (!settings.signatureVersions().contains(envelope.signatureVersion())) {
            throw notGenuine("its SignatureVersion is not one of reactor.sns.signature-versions", envelope);
        }
        checkAge(envelope);
        checkCertificateUrl(envelope, topic);
        if (envelope.type().isConfirmation()) {
            checkSubscribeUrl(envelope, topic);
        }
        checkSignature(envelope, topic);
        return envelope;
    }

    private void checkAge(Envelope envelope) throws Rejected {
        Instant now = clock.instant();
        if (envelope.timestamp().isBefore(now.minus(settings.maxAge()))) {
            throw notGenuine("it is older than reactor.sns.max-age allows", envelope);
        }
        if (envelope.timestamp().isAfter(now.plus(AHEAD))) {
            throw notGenuine("it is from the future, by more than five minutes", envelope);
        }
    }

    private static void checkCertificateUrl(Envelope envelope, TopicArn topic) throws Rejected {
        String origin = "https://" + topic.host();
        String url = envelope.signingCertUrl();
        if (!url.startsWith(origin)
                || !CERTIFICATE_PATH.matcher(url.substring(origin.length())).matches()) {
            throw notGenuine("its SigningCertURL is not a certificate of " + topic.host(), envelope);
        }
    }

    /** The link may end up in a mail, so it must do what it says, and nothing else. */
    private static void checkSubscribeUrl(Envelope envelope, TopicArn topic) throws Rejected {
        String start = "https://" + topic.host() + "/?";
        String url = envelope.subscribeUrl();
        Map<String, String> query = new HashMap<>();
        boolean honest = url.startsWith(start) && url.indexOf('#') < 0;
        for (String parameter : honest ? url.substring(start.length()).split("&", -1) : new String[0]) {
            String[] pair = parameter.split("=", 2);
            honest &= pair.length == 2 && query.put(pair[0], decoded(pair[1])) == null;
        }
        if (!honest
                || !"ConfirmSubscription".equals(query.get("Action"))
                || !envelope.topicArn().equals(query.get("TopicArn"))
                || !envelope.token().equals(query.get("Token"))) {
            throw notGenuine("its SubscribeURL contradicts the message", envelope);
        }
    }

    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private void checkSignature(Envelope envelope, TopicArn topic) throws Rejected, Unverifiable {
        try {
            certificates.obtain(URI.create(envelope.signingCertUrl()));
        } catch (CertificateException e) {
            throw notGenuine("its certificate is not acceptable: " + e.getMessage(), envelope);
        }
        SnsMessage proven;
        try {
            proven = managers.get(topic.region()).parseMessage(envelope.body());
        } catch (SdkClientException e) {
            throw notGenuine(reason(e), envelope);
        }
        if (!isSame(proven, envelope)) {
            throw new Rejected(
                    Rejected.MALFORMED, "it can be read in two ways", envelope.topicArn(), envelope.messageId());
        }
    }

    private static String reason(SdkClientException e) {
        String said = PlainText.of(e.getMessage(), 200);
        return said.contains("signature")
                ? "the signature does not match its certificate"
                : "its certificate is not acceptable: " + said;
    }

    /** The SDK reads the delivery by itself: what it verified has to be what we read. */
    private static boolean isSame(SnsMessage proven, Envelope envelope) {
        return proven.type().toString().equals(envelope.type().toString())
                && envelope.messageId().equals(proven.messageId())
                && envelope.topicArn().equals(proven.topicArn())
                && envelope.message().equals(proven.message())
                && envelope.timestamp().equals(proven.timestamp());
    }

    private static Rejected notGenuine(String reason, Envelope envelope) {
        return new Rejected(Rejected.NOT_GENUINE, reason, envelope.topicArn(), envelope.messageId());
    }

    @Override
    public void close() {
        managers.values().forEach(SnsMessageManager::close);
        certificates.close();
    }
}
