package io.autoscale.reactor.outages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CertificateOutagesTest extends OutageTest {

    @Test
    void theHostOfTheCertificateIsAwaySoSnsDeliversAgain() {
        String id = cloud.launch("web");
        String messageId = UUID.randomUUID().toString();
        String launch = Announcements.launch(id, "web");
        signer.certificateHostAway(true);
        assertThat(reactor.announce(messageId, launch)).isEqualTo(503);

        signer.certificateHostAway(false);
        await().atMost(LONG)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> reactor.announce(messageId, launch) == 200);
        awaitMinion(id);
        assertThat(cloud.host().runs(id)).isEqualTo(1);
    }
}
