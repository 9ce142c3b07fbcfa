package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.Work;
import io.autoscale.reactor.failure.ClaimLost;
import io.autoscale.reactor.routes.Sendings.Sent;
import io.autoscale.reactor.ssh.HostKeyMismatch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchRouteTest extends RoutesTest {

    private boolean pinged;

    @BeforeEach
    void aRunningInstance() {
        pinged = false;
        ec2.instance(ID, "running");
        host.shows("bootstrap", KEY);
        host.onCommand(() -> {
            if (host.actions().contains("bootstrap") && !master.has("minions", ID)) {
                master.key("minions_pre", ID, KEY);
            }
        });
    }

    @Test
    void aLaunchedInstanceBecomesAMinion() {
        taken("launch", event(Work.BOOTSTRAP));

        assertThat(steps.ids())
                .containsSubsequence(
                        "claim-instance",
                        "ask-ec2",
                        "look-up-known-key",
                        "run-bootstrap",
                        "ssh-to-instance",
                        "look-up",
                        "accept-on-master",
                        "look-up-again",
                        "ping-minion",
                        "look-once-more",
                        "check-not-terminated-meanwhile",
                        "log-minion");
        assertThat(host.actions()).containsExactly("bootstrap");
        assertThat(master.has("minions", ID)).isTrue();
        assertThat(queues()).isEmpty();
    }

    @Test
    void aLaunchThatIsDeliveredTwiceIsDoneOnce() {
        host.shows("show-key", KEY);

        taken("launch", event(Work.BOOTSTRAP));
        taken("launch", event(Work.BOOTSTRAP));

        assertThat(host.actions()).containsExactly("bootstrap", "show-key");
        assertThat(master.calls("key.accept_dict")).hasSize(1);
        assertThat(queues()).isEmpty();
    }

    @Test
    void anInstanceThatIsGoneIsLeftAndItsKeyIsToBeDeleted() {
        ec2.instance(ID, "terminated");
        Event event = event(Work.BOOTSTRAP);

        taken("launch", event);

        assertThat(queues()).containsExactly("terminations");
        assertThat(sent("terminations").get(0).body()).isEqualTo(json(event));
        assertThat(sent("terminations").get(0).headers()).isEmpty();
        assertThat(host.actions()).isEmpty();
        assertThat(master.functions()).isEmpty();
    }

    @Test
    void anInstanceThatIsTerminatedDuringItsBootstrapIsLeftWithoutItsKeyAccepted() {
        host.onCommand(() -> bootstraps().cancel(INSTANCE));

        taken("launch", event(Work.BOOTSTRAP));

        assertThat(queues()).containsExactly("terminations");
        assertThat(master.calls("key.accept_dict")).isEmpty();
    }

    @Test
    void anInstanceThatDoesNotRunYetIsAskedForAgainAndThenBootstrapped() {
        ec2.instance(ID, "pending");
        ec2.onQuestion(() -> {
            if (ec2.questions().size() == 3) {
                ec2.instance(ID, "running");
            }
        });

        taken("launch", event(Work.BOOTSTRAP));

        assertThat(ec2.questions()).hasSize(3);
        assertThat(host.actions()).containsExactly("bootstrap");
        assertThat(queues()).isEmpty();
    }

    @Test
    void anInstanceThatDoesNotRunForTenMinutesIsAFailedAttempt() {
        ec2.instance(ID, "pending");
        ec2.onQuestion(() -> clock.advance(Duration.ofMinutes(1)));

        taken("launch", event(Work.BOOTSTRAP));

        assertThat(ec2.questions()).hasSize(11);
        assertThat(queues()).containsExactly("launches");
        assertThat(sent("launches").get(0).headers()).containsOnly(Map.entry("attempt", 1));
    }

    @ParameterizedTest
    @CsvSource({",1,30000", "1,2,120000"})
    void aFailedAttemptPutsTheLaunchBackWithADelay(Integer failedBefore, int failedNow, long delay) {
        host.ends("bootstrap", 69, "", "curl: (7) Failed to connect");
        Event event = event(Work.BOOTSTRAP);

        taken("launch", json(event), failedBefore == null ? Map.of() : Map.of("attempt", failedBefore));

        assertThat(queues()).containsExactly("launches");
        Sent back = sent("launches").get(0);
        assertThat(back.body()).isEqualTo(json(event));
        assertThat(back.headers()).containsEntry("attempt", failedNow);
        assertThat(back.delay()).hasValue(delay);
    }

    @Test
    void theThirdFailedAttemptIsTheLast() {
        host.ends("bootstrap", 69, "", "curl: (7) Failed to connect");
        Event event = event(Work.BOOTSTRAP);

        taken("launch", json(event), Map.of("attempt", 2));

        assertThat(queues()).containsExactly("give-ups");
        Sent given = sent("give-ups").get(0);
        assertThat(given.body()).isEqualTo(json(event));
        assertThat(given.headers()).containsEntry("launchAttempts", 3);
        assertThat((String) given.headers().get("failure")).contains("Salt could not be installed", ID, "curl: (7)");
        assertThat(given.delay()).isEmpty();
    }

    @Test
    void whatIsHopelessIsGivenUpAtOnce() {
        host.ends("bootstrap", 64, "", "unknown argument");

        taken("launch", event(Work.BOOTSTRAP));

        assertThat(queues()).containsExactly("give-ups");
        assertThat(sent("give-ups").get(0).headers()).containsEntry("launchAttempts", 1);
    }

    @Test
    void aHostThatIsNotProvenIsGivenUpAtOnceAndTheGiveUpKnowsWhy() {
        host.onCommand(() -> sneaky(new HostKeyMismatch("SSH 10.0.3.7:22 is not proven to be " + ID)));

        taken("launch", event(Work.BOOTSTRAP));

        assertThat(queues()).containsExactly("give-ups");
        assertThat(sent("give-ups").get(0).headers())
                .containsEntry("launchAttempts", 1)
                .containsEntry("failureKind", "host-key-mismatch");
    }

    @Test
    void aHostThatIsNotProvenIsNotTriedAgainAfterARestartEither() {
        stopping = true;
        host.onCommand(() -> sneaky(new HostKeyMismatch("SSH 10.0.3.7:22 is not proven to be " + ID)));

        taken("launch", event(Work.BOOTSTRAP));

        assertThat(queues()).containsExactly("give-ups");
    }

    @Test
    void aKeyThatIsDeniedBesideTheAcceptedOneIsRemovedAtTheEndAndTold() {
        atPing(() -> master.key("minions_denied", ID, OTHER_KEY));

        taken("launch", event(Work.BOOTSTRAP));

        assertOnlyTheRightKeyIsLeft();
        assertThat(notice().kind()).isEqualTo("foreign-key");
        assertThat(notice().text()).containsPattern("Found in: +minions_denied");
    }

    @Test
    void aKeyThatIsDeniedBesideThatOfAMinionThatWorksAlreadyIsRemovedAndTold() {
        master.key("minions", ID, KEY);
        master.key("minions_denied", ID, OTHER_KEY);
        host.shows("show-key", KEY);

        taken("launch", event(Work.BOOTSTRAP));

        assertThat(host.actions()).containsExactly("show-key");
        assertOnlyTheRightKeyIsLeft();
        assertThat(notice().kind()).isEqualTo("foreign-key");
    }

    @Test
    void aDeniedCopyOfTheRightKeyIsNoImpostor() {
        atPing(() -> master.key("minions_denied", ID, KEY));

        taken("launch", event(Work.BOOTSTRAP));

        assertThat(master.calls("key.delete_dict")).isEmpty();
        assertThat(queues()).isEmpty();
    }

    @Test
    void whoTakesTheIdAfterTheMinionAnsweredLosesItAgainAndTheRightKeyIsAccepted() {
        atPing(() -> master.key("minions", ID, OTHER_KEY));
        master.onDeletion(() -> master.key("minions_pre", ID, KEY));

        taken("launch", event(Work.BOOTSTRAP));

        assertOnlyTheRightKeyIsLeft();
        assertThat(master.accepted()).doesNotContain(OTHER_KEY);
        assertThat(sent("notices")).hasSize(1);
    }

    @Test
    void whoRegistersAgainAndAgainIsToldOnceAnAttemptAndNeverAcceptedAndEndsTheAttempt() {
        master.onCall(() -> {
            clock.advance(Duration.ofSeconds(10));
            master.key("minions_pre", ID, OTHER_KEY);
        });

        taken("launch", event(Work.BOOTSTRAP));

        assertThat(master.calls("key.delete_dict")).hasSizeBetween(10, 40);
        assertThat(master.accepted()).isEmpty();
        assertThat(queues()).containsExactly("notices", "launches");
        assertThat(sent("launches").get(0).headers()).containsEntry("attempt", 1);
    }

    private void atPing(Runnable action) {
        master.onCall(() -> {
            if (master.calls("test.ping").size() == 1 && !pinged) {
                pinged = true;
                action.run();
            }
        });
    }

    private void assertOnlyTheRightKeyIsLeft() {
        assertThat(master.key("minions", ID)).contains(KEY);
        List.of("minions_pre", "minions_rejected", "minions_denied")
                .forEach(section ->
                        assertThat(master.has(section, ID)).as(section).isFalse());
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void sneaky(Exception e) throws E {
        throw (E) e;
    }

    @Test
    void aStepThatMeetsAnOutageIsTriedAgainByItself() {
        master.reply("key.print", 503, "busy");
        master.reply("key.print", 503, "busy");

        taken("launch", event(Work.BOOTSTRAP));

        assertThat(ec2.questions()).hasSize(1);
        assertThat(host.actions()).containsExactly("bootstrap");
        assertThat(master.has("minions", ID)).isTrue();
        assertThat(queues()).isEmpty();
    }

    @Test
    void anInstanceInHandIsNotWorkedOnASecondTime() {
        bootstraps().begin(INSTANCE);
        Event event = event(Work.BOOTSTRAP);

        taken("launch", json(event), Map.of("attempt", 1));

        assertThat(queues()).containsExactly("launches");
        Sent back = sent("launches").get(0);
        assertThat(back.body()).isEqualTo(json(event));
        assertThat(back.headers()).containsEntry("attempt", 1);
        assertThat(back.delay()).hasValue(10_000L);
        assertThat(ec2.questions()).isEmpty();
        assertThat(bootstraps().begin(INSTANCE))
                .as("still in the hand of the first")
                .isFalse();
        bootstraps().end(INSTANCE);
    }

    @Test
    void anInstanceThatAnotherReactorHasInHandIsLeftToIt() {
        claims.take(INSTANCE);

        taken("launch", event(Work.BOOTSTRAP));

        assertThat(sent("launches")).hasSize(1);
        assertThat(ec2.questions()).isEmpty();
        assertThat(claims.isTaken(INSTANCE)).as("still the other's").isTrue();
        claims.letGo(INSTANCE);
        taken("launch", event(Work.BOOTSTRAP));
        assertThat(master.has("minions", ID)).isTrue();
    }

    @Test
    void aBootstrapWhoseClaimIsLostGoesBackWhereItWas() {
        host.onCommand(() -> bootstraps().lose(INSTANCE));
        host.ends("bootstrap", null, "", "");

        Exchange exchange = in("launch", json(event(Work.BOOTSTRAP)), Map.of());

        assertThat(exchange.getException()).hasRootCauseInstanceOf(ClaimLost.class);
        assertThat(queues()).as("no failed attempt").isEmpty();
        assertThat(host.actions()).containsExactly("bootstrap");
    }

    @Test
    void anInstanceIsInHandWhileItIsWorkedOnAndNotAfterAFailure() {
        boolean[] free = new boolean[1];
        host.onCommand(() -> free[0] = bootstraps().begin(INSTANCE));
        host.ends("bootstrap", 70, "", "");

        taken("launch", event(Work.BOOTSTRAP));

        assertThat(free[0]).isFalse();
        assertThat(bootstraps().begin(INSTANCE)).isTrue();
        bootstraps().end(INSTANCE);
    }

    @Test
    void whatCannotBeReadIsParkedWithANotice() {
        taken("launch", "not an event", Map.of());

        assertThat(queues()).containsExactly("notices", "parked");
        assertThat(sent("parked").get(0).body()).isEqualTo("not an event");
        assertThat(notice().kind()).isEqualTo("unreadable");
    }

    @Test
    void aStopOfTheReactorIsNoFailedAttempt() {
        stopping = true;
        host.ends("bootstrap", null, "", "");

        Exchange exchange = in("launch", json(event(Work.BOOTSTRAP)), Map.of());

        assertThat(exchange.getException())
                .as("the message goes back where it was")
                .isNotNull();
        assertThat(queues()).isEmpty();
    }
}
