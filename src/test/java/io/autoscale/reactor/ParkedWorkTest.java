package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.admin.RunningReactorClient;
import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Work that was given up is listed, put back and dropped on the running reactor, as bin/reactor does it. */
class ParkedWorkTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private Cloud cloud;
    private RunningReactor reactor;
    private RunningReactorClient operator;

    @BeforeEach
    void start() {
        cloud = new Cloud(directory);
        reactor = new RunningReactor(
                        directory,
                        cloud,
                        new SnsSigner("us-east-1", Clock.systemUTC()),
                        Map.of("reactor.bootstrap.attempts", "1"))
                .start();
        operator = new RunningReactorClient("127.0.0.1", reactor.management("/").getPort());
    }

    @AfterEach
    void stop() throws Exception {
        reactor.close();
        cloud.close();
    }

    @Test
    void nothingIsParkedAtFirst() throws IOException {
        assertThat(operator.parked()).isEqualTo("Nothing is parked.");
        assertThat(operator.replay("all")).contains("Nothing");
    }

    @Test
    void whatIsReplayedAfterTheCauseIsMendedSucceeds() throws IOException {
        String id = giveUpOnALaunch();
        assertThat(operator.parked()).contains(id, "  web  ", "1 attempt", "Salt could not be installed");

        cloud.host().behave(InstanceHost.Behaviour.succeeds());
        assertThat(operator.replay(id)).contains(id);

        await().atMost(LONG).until(() -> cloud.salt().section("minions").containsKey(id));
        assertThat(operator.parked()).isEqualTo("Nothing is parked.");
    }

    @Test
    void whatIsDiscardedIsGoneAndNothingElse() throws IOException {
        giveUpOnALaunch();
        String other = giveUpOnALaunch();
        String message = operator.parked().lines().findFirst().orElseThrow().split(" ")[0];

        assertThat(operator.discard("no-such-id")).contains("Nothing");
        assertThat(operator.discard(message)).isEqualTo("Dropped.");

        assertThat(operator.parked().lines()).singleElement().asString().contains(other);
    }

    @Test
    void withoutARunningReactorItSaysWhy() {
        int port = reactor.management("/").getPort();
        reactor.close();

        assertThatThrownBy(() -> new RunningReactorClient("127.0.0.1", port).parked())
                .isInstanceOf(IOException.class)
                .hasMessage("nothing listens there");
    }

    @Test
    void theWebhookPortKnowsNothingOfIt() {
        assertThat(reactor.get(reactor.webhook().resolve("/admin/parked")).statusCode())
                .isEqualTo(404);
    }

    private String giveUpOnALaunch() {
        cloud.host().behave(InstanceHost.Behaviour.fails(69, "no package"));
        String id = cloud.launch("web");
        assertThat(reactor.announce(Announcements.launch(id, "web"))).isEqualTo(200);
        await().atMost(LONG).until(() -> operator.parked().contains(id));
        return id;
    }
}
