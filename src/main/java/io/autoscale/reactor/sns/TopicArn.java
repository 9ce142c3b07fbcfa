package io.autoscale.reactor.sns;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ARN of an SNS topic that delivers to webhooks: {@code arn:aws:sns:region:account:name}, of a partition whose SNS
 * hosts are known. Two are the same if their texts are.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html">SNS resource
 *     types</a>
 */
public record TopicArn(String value) {

    private static final Pattern FORM = Pattern.compile(
            "arn:(?<partition>aws|aws-cn|aws-us-gov):sns:(?<region>[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}):[0-9]{12}:[A-Za-z0-9_-]{1,256}");

    /** @throws IllegalArgumentException if {@code value} is not the ARN of a standard topic. */
    public TopicArn {
        Matcher matcher = FORM.matcher(value == null ? "" : value);
        if (!matcher.matches() || !matcher.group("partition").equals(partitionOf(matcher.group("region")))) {
            throw new IllegalArgumentException("Not a TopicArn: " + PlainText.of(value, 300)
                    + ". Expected arn:aws:sns:<region>:<12-digit account>:<name of a standard topic>, with the partition of"
                    + " its region (aws, aws-cn, aws-us-gov).");
        }
    }

    static boolean isValid(String value) {
        try {
            new TopicArn(value);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    public String region() {
        return value.split(":", -1)[3];
    }

    /** The only host that serves the signing certificates of this topic's region, and its API. */
    String host() {
        return "sns." + region() + (region().startsWith("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com");
    }

    private static String partitionOf(String region) {
        if (region.startsWith("cn-")) {
            return "aws-cn";
        }
        return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
    }

    @Override
    public String toString() {
        return value;
    }
}
