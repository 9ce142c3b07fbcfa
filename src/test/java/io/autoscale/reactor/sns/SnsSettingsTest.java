package io.autoscale.reactor.sns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnsSettingsTest {

    private static final List<TopicArn> TOPICS = List.of(new TopicArn(RunningWebhook.TOPIC));

    @ParameterizedTest
    @CsvSource({
        "arn:aws:sns:us-east-1:123456789012:web, us-east-1, sns.us-east-1.amazonaws.com",
        "arn:aws-cn:sns:cn-north-1:123456789012:web_2-x, cn-north-1, sns.cn-north-1.amazonaws.com.cn",
        "arn:aws-us-gov:sns:us-gov-west-1:123456789012:web, us-gov-west-1, sns.us-gov-west-1.amazonaws.com"
    })
    void aTopicKnowsItsRegionAndItsHost(String arn, String region, String host) {
        assertThat(new TopicArn(arn).region()).isEqualTo(region);
        assertThat(new TopicArn(arn).host()).isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "web",
                "arn:aws:sqs:us-east-1:123456789012:web",
                "arn:aws:sns:us-east-1:12345:web",
                "arn:aws:sns:us-east-1:123456789012:",
                "arn:aws:sns:us-east-1:123456789012:*",
                "arn:aws:sns:us-east-1:123456789012:web.fifo",
                "arn:aws:sns:us-east-1:123456789012:web:7c3b",
                "arn:aws:sns:cn-north-1:123456789012:web",
                "arn:aws-cn:sns:us-east-1:123456789012:web",
                "arn:aws:sns:evil.example/us-east-1:123456789012:web"
            })
    void whatIsNoTopicIsRefusedWithWhatWasExpected(String arn) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TopicArn(arn))
                .withMessageContaining("Expected arn:aws:sns:");
    }

    @Test
    void everySettingThatCannotBeIsNamed() {
        Set<String> versions = Set.of("2");
        Duration age = Duration.ofMinutes(65);
        SnsSettings.Confirm auto = SnsSettings.Confirm.AUTO;
        refuses("reactor.webhook.path", () -> new SnsSettings("hook", TOPICS, auto, age, versions));
        refuses("reactor.webhook.path", () -> new SnsSettings("/a/../b", TOPICS, auto, age, versions));
        refuses("reactor.sns.topics", () -> new SnsSettings("/hook", List.of(), auto, age, versions));
        refuses("reactor.sns.confirm", () -> new SnsSettings("/hook", TOPICS, null, age, versions));
        refuses("reactor.sns.max-age", () -> new SnsSettings("/hook", TOPICS, auto, Duration.ZERO, versions));
        refuses("reactor.sns.signature-versions", () -> new SnsSettings("/hook", TOPICS, auto, age, Set.of()));
        refuses("reactor.sns.signature-versions", () -> new SnsSettings("/hook", TOPICS, auto, age, Set.of("3")));
    }

    private static void refuses(String key, Runnable construction) {
        assertThatIllegalArgumentException().isThrownBy(construction::run).withMessageContaining(key);
    }
}
