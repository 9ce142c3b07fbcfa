package io.autoscale.reactor.sns;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What the intake accepts.
 *
 * @param webhookPath {@code reactor.webhook.path}
 * @param topics {@code reactor.sns.topics}: the only topics that are believed, compared exactly
 * @param confirm {@code reactor.sns.confirm}
 * @param maxAge {@code reactor.sns.max-age}: older messages are refused
 * @param signatureVersions {@code reactor.sns.signature-versions}: of {@value #VERSION_SHA1} and {@value #VERSION_SHA256}
 */
public record SnsSettings(
        String webhookPath, List<TopicArn> topics, Confirm confirm, Duration maxAge, Set<String> signatureVersions) {

    /** SignatureVersion of SHA1withRSA. */
    static final String VERSION_SHA1 = "1";
    /** SignatureVersion of SHA256withRSA. */
    static final String VERSION_SHA256 = "2";

    static final Set<String> KNOWN_VERSIONS = Set.of(VERSION_SHA1, VERSION_SHA256);

    private static final Pattern PATH = Pattern.compile("(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+");

    /** What happens to a verified subscription of an allowed topic. */
    public enum Confirm {
        /** It is confirmed by the SNS API. */
        AUTO,
        /** The link that confirms it is mailed to the administrators. */
        MAIL
    }

    /** @throws IllegalArgumentException if a setting is missing or cannot be; the message names its key */
    public SnsSettings {
        if (webhookPath == null || !PATH.matcher(webhookPath).matches()) {
            throw new IllegalArgumentException("reactor.webhook.path is " + PlainText.of(webhookPath, 100)
                    + ": expected a path such as /hook/ec2/autoscale.");
        }
        if (topics == null || topics.isEmpty()) {
            throw new IllegalArgumentException("reactor.sns.topics is empty: expected at least one TopicArn.");
        }
        if (confirm == null) {
            throw new IllegalArgumentException("reactor.sns.confirm is missing: expected auto or mail.");
        }
        if (maxAge == null || maxAge.isNegative() || maxAge.isZero()) {
            throw new IllegalArgumentException(
                    "reactor.sns.max-age is " + maxAge + ": expected a duration above zero, such as 65m.");
        }
        if (signatureVersions == null
                || signatureVersions.isEmpty()
                || !KNOWN_VERSIONS.containsAll(signatureVersions)) {
            throw new IllegalArgumentException("reactor.sns.signature-versions is "
                    + (signatureVersions == null ? "missing" : PlainText.of(String.join(",", signatureVersions), 100))
                    + ": expected one or both of " + String.join(",", new TreeSet<>(KNOWN_VERSIONS)) + ".");
        }
        topics = List.copyOf(topics);
        signatureVersions = Set.copyOf(signatureVersions);
    }

    /** The allowed topic with exactly this ARN. */
    Optional<TopicArn> topic(String arn) {
        return topics.stream().filter(topic -> topic.value().equals(arn)).findFirst();
    }
}
