package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.ec2.InstanceNotReady;
import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.Work;
import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.InstanceGone;
import io.autoscale.reactor.failure.Outage;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FindInstanceRouteTest extends RoutesTest {

    @BeforeEach
    void inHand() {
        bootstraps().begin(INSTANCE);
    }

    @AfterEach
    void giveBack() {
        bootstraps().end(INSTANCE);
    }

    @Test
    void aRunningInstanceIsFoundWithItsAddress() {
        ec2.instance(ID, "running");

        Exchange found = find();

        assertThat(found.getException()).isNull();
        assertThat(found.getVariable("address")).isEqualTo("10.0.3.7");
        assertThat(steps.ids()).containsSubsequence("ask-ec2", "remember-address", "expect-host-keys");
        assertThat(ec2.questions()).containsExactly(java.util.List.of(ID));
    }

    @Test
    void aPendingInstanceIsNotReady() {
        ec2.instance(ID, "pending");

        assertThat(find().getException())
                .isInstanceOf(InstanceNotReady.class)
                .hasMessageContaining(ID)
                .hasMessageContaining("pending");
    }

    @Test
    void anUnknownInstanceIsNotReadyJustAfterItsLaunchAndGoneLater() {
        Event event = event(Work.BOOTSTRAP);
        assertThat(find(event).getException()).isInstanceOf(InstanceNotReady.class);

        clock.advance(Duration.ofMinutes(2));

        assertThat(find(event).getException()).isInstanceOf(InstanceGone.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"shutting-down", "terminated"})
    void anInstanceThatEndsIsGone(String state) {
        ec2.instance(ID, state);

        assertThat(find().getException()).isInstanceOf(InstanceGone.class).hasMessageContaining(state);
    }

    @Test
    void anInstanceThatItsGroupTerminatesIsGoneThoughEc2SaysRunning() {
        ec2.instance(ID, "running");
        ec2.lifecycle(ID, "Terminating:Proceed");

        assertThat(find().getException()).isInstanceOf(InstanceGone.class).hasMessageContaining("Terminating:Proceed");
    }

    @Test
    void anInstanceThatWasAnnouncedAsTerminatedIsNotAskedFor() {
        bootstraps().cancel(INSTANCE);

        assertThat(find().getException()).isInstanceOf(InstanceGone.class);
        assertThat(ec2.questions()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"400,RequestLimitExceeded", "503,Unavailable", "500,InternalError"})
    void whatPassesAtAwsIsAnOutage(int status, String code) {
        ec2.fail(status, code);

        assertThat(find().getException()).isInstanceOf(Outage.class).hasMessageContaining(code);
    }

    @Test
    void whatAwsRefusesIsAFailureThatNamesThePermissions() {
        ec2.fail(403, "UnauthorizedOperation");

        assertThat(find().getException())
                .isExactlyInstanceOf(Failed.class)
                .hasMessageContaining("UnauthorizedOperation")
                .hasMessageContaining("ec2:DescribeInstances");
    }

    @Test
    void aConsoleThatCannotBeReadIsExplainedToo() {
        ec2.instance(ID, "running");
        ec2.consoleFails(503, "Unavailable");

        assertThat(find().getException()).isInstanceOf(Outage.class).hasMessageContaining("Unavailable");
    }

    private Exchange find() {
        return find(event(Work.BOOTSTRAP));
    }

    private Exchange find(Event event) {
        return template.send("direct:find-instance", exchange -> {
            exchange.setVariable("event", event);
            exchange.setVariable("instance", INSTANCE);
        });
    }
}
