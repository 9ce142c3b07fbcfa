package io.autoscale.reactor.queue;

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

/** The whole program, when there is no room on its disk. */
class DiskFullTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private Cloud cloud;
    private RunningReactor reactor;
    private Broker broker;

    @BeforeEach
    void start() {
        cloud = new Cloud(directory);
        reactor = new RunningReactor(
                        directory,
                        cloud,
                        new SnsSigner("us-east-1", Clock.systemUTC()),
                        Map.of("reactor.bootstrap.attempts", "1"))
                .start();
        broker = reactor.context().hasService(Broker.class);
    }

    @AfterEach
    void stop() throws Exception {
        reactor.close();
        cloud.close();
    }

    @Test
    void deliveriesArePutOffAndToldAndRoomMendsIt() {
        assertThat(health().statusCode()).isEqualTo(200);
        broker.server().getMonitor().setMinDiskFree(Long.MAX_VALUE);
        await().atMost(LONG).until(() -> broker.trouble().isPresent());

        String other = cloud.launch("web");
        assertThat(reactor.announce(Announcements.launch(other, "web"))).isEqualTo(503);
        assertThat(health().statusCode()).isEqualTo(503);
        assertThat(health().body()).contains("Less than 100 MiB are free").contains("Make room");
        assertThat(reactor.get(reactor.management("/observe/health/live")).statusCode())
                .isEqualTo(200);
        await().atMost(LONG).untilAsserted(() -> assertThat(cloud.mailbox().mails())
                .anySatisfy(mail -> assertThat(mail.getSubject()).contains("put off")));

        broker.server().getMonitor().setMinDiskFree(Broker.RESERVE);
        await().atMost(LONG).until(() -> reactor.announce(Announcements.launch(other, "web")) == 200);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(cloud.salt().section("minions")).containsKey(other));
        assertThat(health().statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> health() {
        return reactor.get(reactor.management("/observe/health/ready"));
    }
}
