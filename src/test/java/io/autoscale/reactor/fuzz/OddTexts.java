package io.autoscale.reactor.fuzz;

import java.util.List;
import java.util.Map;

/** Texts at which something has broken somewhere before. */
final class OddTexts {

    static final List<String> ALL = List.of(
            "",
            " ",
            "\0",
            "\n",
            "\r\nSet-Cookie: a=b\r\n\r\n",
            "\u001b[2J",
            "\u202e",
            "\u0085",
            "\u2028",
            "\ufeff",
            "\ufffe",
            "\ud800",
            "\udfff\ud800",
            "\ud83d\ude80",
            "e\u0301",
            "\u0130",
            "\"",
            "\\",
            "\\u0000",
            "\\ud800",
            "'",
            "=",
            "A",
            "AAAAAAAAAAAAAAAA",
            "null",
            "true",
            "NaN",
            "-0",
            "1e999",
            "99999999999999999999",
            "-9223372036854775808",
            "${jndi:ldap://127.0.0.1/a}",
            "${bean:refusals?method=notReady}",
            "${body}",
            "{{reactor.webhook.path}}",
            "#{T(java.lang.Runtime)}",
            "$(touch x)",
            "`touch x`",
            "; rm -rf /",
            "*",
            "i-*",
            "../../etc/passwd",
            "%00",
            "%2e%2e%2f",
            "%s%n%x",
            "<script>alert(1)</script>",
            "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
            "{}",
            "[]",
            "{\"@class\":\"java.net.URL\"}",
            "rO0ABXNyAA==",
            "-----BEGIN PUBLIC KEY-----");

    /** JSON values of other types, sizes and depths, and some that are none. */
    static final List<String> JSON_VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1e308",
            "1e999",
            "9".repeat(2000),
            "[]",
            "{}",
            "[\"a\"]",
            "{\"a\":{\"a\":{}}}",
            "{\"a\":1,\"a\":2}",
            "[".repeat(30) + "]".repeat(30),
            "[".repeat(5000),
            "{\"a\":".repeat(19) + "1" + "}".repeat(19),
            "\"" + "x".repeat(70_000) + "\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"\\x\"",
            "\"\t\"",
            "NaN",
            "undefined",
            "'a'",
            "/**/1",
            "");

    /** For fields with a form: what is nearly of that form, and the extremes that are. */
    static final Map<String, List<String>> NEARLY = Map.ofEntries(
            Map.entry(
                    "Type",
                    List.of(
                            "Notification",
                            "notification",
                            "SubscriptionConfirmation",
                            "UnsubscribeConfirmation",
                            "Notification ")),
            Map.entry("MessageId", List.of("-", "a".repeat(100), "a".repeat(101), "a\n", "\u0430")),
            Map.entry(
                    "TopicArn",
                    List.of(
                            "arn:aws:sns:us-east-1:123456789012:web\n",
                            "arn:aws:sns:us-east-1:123456789012:WEB",
                            "arn:aws:sns:us-east-1:123456789012:web.fifo",
                            "arn:aws:sns:us-east-1:999999999999:web",
                            "arn:aws-cn:sns:cn-north-1:123456789012:web",
                            "arn:aws:sns:us-east-1:123456789012:" + "w".repeat(257))),
            Map.entry(
                    "Timestamp",
                    List.of(
                            "+1000000000-12-31T23:59:59.999999999Z",
                            "-1000000000-01-01T00:00:00Z",
                            "2026-02-30T00:00:00Z",
                            "2016-12-31T23:59:60Z",
                            "2026-11-25T24:00:00Z",
                            "2026-11-25T10:00:00+01:00",
                            "1")),
            Map.entry("SignatureVersion", List.of("1", "2", "3", "02", "2.0")),
            Map.entry("Signature", List.of("AA==", "A", "====", "AAAA\nAAAA", "-_-_", "AAAA".repeat(5000))),
            Map.entry(
                    "SigningCertURL",
                    List.of(
                            "http://sns.us-east-1.amazonaws.com/a.pem",
                            "https://sns.us-east-1.amazonaws.com.example.org/a.pem",
                            "https://sns.us-east-1.amazonaws.com:444/a.pem",
                            "https://sns.us-east-1.amazonaws.com@127.0.0.1/a.pem",
                            "https://sns.us-east-1.amazonaws.com\\@127.0.0.1/a.pem",
                            "https://sns.us-east-1.amazonaws.com/../a.pem",
                            "https://sns.us-east-1.amazonaws.com/%2e/a.pem",
                            "https://sns.us-east-1.amazonaws.com/a.pem?b",
                            "https://sns.us-east-1.amazonaws.com/a.pem#b",
                            "https://sns.us-east-1.amazonaws.com/a.pem\n",
                            "https://sns.us-east-1.amazonaws.com/absent.pem",
                            "https://sns.us-west-2.amazonaws.com/a.pem",
                            "file:///etc/passwd",
                            "https://169.254.169.254/a.pem")),
            Map.entry(
                    "SubscribeURL",
                    List.of(
                            "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription",
                            "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Action=Unsubscribe&Token=a",
                            "https://sns.us-east-1.amazonaws.com/?%=%&&&=",
                            "https://sns.us-east-1.amazonaws.com/?Action=DeleteTopic#",
                            "https://example.org/")),
            Map.entry("UnsubscribeURL", List.of("http://[", "https://example.org/", "\\\\example\\a")),
            Map.entry(
                    "EC2InstanceId",
                    List.of(
                            "i-0123456789ABCDEF0",
                            "i-0123456789abcdef0\n",
                            "i-0123456789abcdef",
                            "i-12345678",
                            "i-1234567\u0668",
                            "I-12345678",
                            "*",
                            "i-12345678,i-87654321")),
            Map.entry("instance-id", List.of("i-12345678\n", "i-*", "i-12345678")),
            Map.entry(
                    "Event",
                    List.of(
                            "autoscaling:EC2_INSTANCE_LAUNCH",
                            "autoscaling:EC2_INSTANCE_TERMINATE",
                            "autoscaling:EC2_INSTANCE_LAUNCH ",
                            "autoscaling:TEST_NOTIFICATION")),
            Map.entry("LifecycleTransition", List.of("autoscaling:EC2_INSTANCE_TERMINATING", "autoscaling:")),
            Map.entry(
                    "detail-type",
                    List.of("EC2 Instance Launch Successful", "EC2 Spot Instance Interruption Warning", "EC2")),
            Map.entry("source", List.of("aws.ec2", "aws.autoscaling", "aws.autoscaling\n")),
            Map.entry("state", List.of("terminated", "shutting-down", "TERMINATED")),
            Map.entry("Destination", List.of("WarmPool", "warmpool")),
            Map.entry("Time", List.of("+1000000000-12-31T23:59:59.999999999Z", "", "x")),
            Map.entry("time", List.of("-1000000000-01-01T00:00:00Z", "+1000000000-12-31T23:59:59Z")));

    private OddTexts() {}
}
