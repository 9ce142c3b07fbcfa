package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the management port tells about the reactor. */
class MetricsTest {

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
    void aRefusedDeliveryIsCountedByItsStatus() {
        assertThat(reactor.get(reactor.webhook()).statusCode()).isEqualTo(405);

        HttpResponse<String> metrics = reactor.get(reactor.management("/observe/metrics"));

        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.body()).containsPattern("reactor_refused_total\\{[^}]*status=\"405\"[^}]*\\} 1\\.0");
    }
}
