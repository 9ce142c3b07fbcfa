package io.autoscale.reactor.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.messagemanager.sns.SnsMessageManager;
import software.amazon.awssdk.regions.Region;

class SnsSignerTest {

    @ParameterizedTest
    @ValueSource(strings = {"us-east-1", "eu-central-2", "cn-north-1", "us-gov-east-1"})
    void theAwsSdkBelievesWhatIsSigned(String region) {
        String topic = "arn:aws:sns:" + region + ":123456789012:web";
        SnsSigner sns = new SnsSigner(region, Clock.systemUTC());
        try (SnsMessageManager manager = SnsMessageManager.builder()
                .region(Region.of(region))
                .httpClient(sns.certificateClient())
                .build()) {
            assertThat(manager.parseMessage(sns.notification(topic, "s", "m")).topicArn())
                    .isEqualTo(topic);
            assertThat(manager.parseMessage(sns.notification(topic, "1", null, "m", "2026-11-22T10:15:49.000Z", "1"))
                            .message())
                    .isEqualTo("m");
            assertThat(manager.parseMessage(sns.subscriptionConfirmation(topic, "token"))
                            .topicArn())
                    .isEqualTo(topic);
            assertThat(manager.parseMessage(sns.unsubscribeConfirmation(topic, "token"))
                            .topicArn())
                    .isEqualTo(topic);
        }
        assertThat(sns.fetched()).containsExactly(sns.certificateUrl());
    }
}
