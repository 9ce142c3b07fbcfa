package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole program among stand-ins: from a signed delivery to a key on the master, and back. */
class ReactorTest {

    @TempDir
    Path directory;

    private Cloud cloud;
    private RunningReactor reactor;

    @BeforeEach
    void start() {
        cloud = new Cloud(directory);
        reactor = new RunningReactor(directory, cloud, new SnsSigner("us-east-1", Clock.systemUTC()), Map.of()).start();
    }

    @AfterEach
    void stop() throws Exception {
        reactor.close();
        cloud.close();
    }

    @Test
    void aLaunchEndsWithAnAcceptedKeyAndATerminationWithNone() {
        String id = cloud.launch("web");
        assertThat(reactor.announce(Announcements.launch(id, "web"))).isEqualTo(200);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> cloud.salt().section("minions").containsKey(id));
        assertThat(cloud.salt().keys(id)).containsOnlyKeys("minions");

        cloud.terminate(id);
        assertThat(reactor.announce(Announcements.termination(id, "web"))).isEqualTo(200);
        await().atMost(Duration.ofSeconds(30)).until(() -> cloud.salt().keys(id).isEmpty());
    }

    @Test
    void aRefusedDeliveryIsCountedByItsStatus() {
        assertThat(reactor.get(reactor.webhook()).statusCode()).isEqualTo(405);

        HttpResponse<String> metrics = reactor.get(reactor.management("/observe/metrics"));

        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.body()).containsPattern("reactor_refused_total\\{[^}]*status=\"405\"[^}]*\\} 1\\.0");
    }
}
