package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.event.Work;
import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.Hopeless;
import io.autoscale.reactor.failure.InstanceGone;
import io.autoscale.reactor.salt.MinionKey;
import io.autoscale.reactor.ssh.BootstrapRunning;
import io.autoscale.reactor.ssh.HostKeyMismatch;
import io.autoscale.reactor.ssh.UnprovenHost;
import io.autoscale.reactor.standin.InstanceHost;
import java.io.IOException;
import java.security.PublicKey;
import org.apache.camel.Exchange;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BootstrapRouteTest extends RoutesTest {

    @BeforeEach
    void inHand() {
        bootstraps().begin(INSTANCE);
        bootstraps().reach(INSTANCE, "10.0.3.7");
    }

    @AfterEach
    void giveBack() {
        bootstraps().end(INSTANCE);
    }

    @Test
    void theKeyThatTheScriptPrintsComesBack() {
        host.shows("bootstrap", KEY);

        Exchange done = route("bootstrap-instance");

        assertThat(done.getException()).isNull();
        assertThat(done.getVariable("minionKey")).isEqualTo(new MinionKey(KEY));
    }

    @Test
    void aHostThatWasBelievedWithoutProofIsComparedWithTheConsoleBeforeItsMinionIsBelieved() throws Exception {
        host.shows("bootstrap", KEY);
        UnprovenHost.accept(bootstraps(), INSTANCE, hostKey(InstanceHost.otherHostKeyLine()));
        ec2.consoleShows(InstanceHost.consoleOutput(InstanceHost.otherHostKeyLine()));

        assertThat(route("bootstrap-instance").getException())
                .isInstanceOf(HostKeyMismatch.class)
                .hasMessageContaining(ID)
                .hasMessageContaining("now the console shows")
                .hasMessageContaining("was not accepted");
    }

    @Test
    void aHostThatWasBelievedWithoutProofIsFineIfItsConsoleShowsItsKeyByThenOrStillNone() throws Exception {
        host.shows("bootstrap", KEY);
        String line = InstanceHost.otherHostKeyLine();
        UnprovenHost.accept(bootstraps(), INSTANCE, hostKey(line));
        assertThat(route("bootstrap-instance").getException()).isNull();
        assertThat(bootstraps().isUnproven(INSTANCE)).isTrue();

        ec2.consoleShows(InstanceHost.consoleOutput(line));
        assertThat(route("bootstrap-instance").getException()).isNull();
        assertThat(bootstraps().isUnproven(INSTANCE)).isFalse();
    }

    private static PublicKey hostKey(String line) throws Exception {
        return PublicKeyEntry.parsePublicKeyEntry(line).resolvePublicKey(null, null, PublicKeyEntryResolver.FAILING);
    }

    @Test
    void aScriptThatPrintsNoKeyHasFailed() {
        host.ends("bootstrap", 0, "done\n", "");

        assertThat(route("bootstrap-instance").getException())
                .isExactlyInstanceOf(Failed.class)
                .hasMessageContaining("no minion key");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 69, 70, 77, 124, 137})
    void aScriptThatFailsIsAFailureWithWhatItPrintedLast(int exit) {
        host.ends("bootstrap", exit, "", "first line\nno space left on device\n");

        assertThat(route("bootstrap-instance").getException())
                .isExactlyInstanceOf(Failed.class)
                .hasMessageContaining(ID)
                .hasMessageContaining("no space left on device");
    }

    @Test
    void aScriptThatStillRunsIsWaitedFor() {
        host.ends("bootstrap", 75, "", "");

        assertThat(route("bootstrap-instance").getException()).isInstanceOf(BootstrapRunning.class);
    }

    @Test
    void aRefusedArgumentIsHopeless() {
        host.ends("bootstrap", 64, "", "");

        assertThat(route("bootstrap-instance").getException()).isInstanceOf(Hopeless.class);
    }

    @Test
    void aLostConnectionIsAFailureThoughTheComponentSaysNothing() {
        host.ends("bootstrap", null, "", "");

        assertThat(route("bootstrap-instance").getException())
                .isExactlyInstanceOf(Failed.class)
                .hasMessageContaining("was lost");
    }

    @Test
    void noConnectionIsExplainedWithoutTheCommand() {
        host.onCommand(() -> sneaky(new IOException("Connection refused")));

        assertThat(route("bootstrap-instance").getException())
                .isExactlyInstanceOf(Failed.class)
                .hasMessageContaining("Connection refused")
                .hasMessageNotContaining("action=");
    }

    @Test
    void anInstanceThatWasAnnouncedAsTerminatedIsNotTouched() {
        bootstraps().cancel(INSTANCE);

        assertThat(route("bootstrap-instance").getException()).isInstanceOf(InstanceGone.class);
        assertThat(host.actions()).isEmpty();
    }

    @Test
    void anInstanceWithoutAnAcceptedKeyIsNoMinionAndIsNotConnectedTo() {
        master.key("minions_pre", ID, KEY);

        assertThat(route("recognise-minion").getVariable("minionAlready")).isNull();
        assertThat(host.actions()).isEmpty();
    }

    @Test
    void anInstanceThatShowsTheAcceptedKeyAndAnswersIsAMinionAlready() {
        master.key("minions", ID, KEY);
        host.shows("show-key", KEY);

        Exchange done = route("recognise-minion");

        assertThat(done.getVariable("minionAlready")).isEqualTo(true);
        assertThat(done.getVariable("minionKey")).isEqualTo(new MinionKey(KEY));
        assertThat(host.actions()).containsExactly("show-key");
    }

    @Test
    void anInstanceThatShowsAnotherKeyThanTheAcceptedOneIsNoMinion() {
        master.key("minions", ID, OTHER_KEY);
        host.shows("show-key", KEY);

        assertThat(route("recognise-minion").getVariable("minionAlready")).isNull();
        assertThat(master.calls("test.ping")).isEmpty();
    }

    @Test
    void anInstanceThatShowsNoKeyIsNoMinion() {
        master.key("minions", ID, KEY);
        host.ends("show-key", 3, "", "");

        assertThat(route("recognise-minion").getVariable("minionAlready")).isNull();
    }

    @Test
    void aMinionThatDoesNotAnswerIsBootstrappedAgain() {
        master.key("minions", ID, KEY);
        host.shows("show-key", KEY);
        master.minionAnswers(false);

        assertThat(route("recognise-minion").getVariable("minionAlready")).isEqualTo(false);
    }

    private Exchange route(String name) {
        Exchange done = template.send("direct:" + name, exchange -> {
            exchange.setVariable("event", event(Work.BOOTSTRAP));
            exchange.setVariable("instance", INSTANCE);
        });
        if (name.equals("recognise-minion")) {
            assertThat(done.getException()).isNull();
        }
        return done;
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void sneaky(Exception e) throws E {
        throw (E) e;
    }
}
