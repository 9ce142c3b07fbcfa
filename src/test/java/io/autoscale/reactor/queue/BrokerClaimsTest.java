package io.autoscale.reactor.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.event.InstanceId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.activemq.artemis.api.core.ActiveMQNotConnectedException;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BrokerClaimsTest {

    private static final InstanceId WEB = new InstanceId("i-0123456789abcdef0");
    private static final InstanceId DB = new InstanceId("i-0fedcba9876543210");
    private static final String URL = "vm://74";

    private final List<InstanceId> lost = new CopyOnWriteArrayList<>();
    private final BrokerClaims mine = new BrokerClaims(settings(), lost::add);
    private final BrokerClaims theirs = new BrokerClaims(settings(), lost::add);
    private EmbeddedActiveMQ broker;

    @BeforeEach
    void startBroker() throws Exception {
        // The settings that an operator's broker may have: nothing is made or removed by itself.
        broker = new EmbeddedActiveMQ();
        broker.setConfiguration(new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .addAcceptorConfiguration("in-vm", URL)
                .addAddressSetting(
                        "#",
                        new AddressSettings()
                                .setAutoCreateAddresses(false)
                                .setAutoCreateQueues(false)
                                .setAutoDeleteQueues(false)
                                .setAutoDeleteAddresses(false)));
        broker.start();
    }

    @AfterEach
    void stopBroker() throws Exception {
        mine.close();
        theirs.close();
        broker.stop();
    }

    @Test
    void anInstanceIsTakenByOneOnlyUntilItIsLetGo() {
        assertThat(mine.take(WEB)).isTrue();
        assertThat(theirs.take(WEB)).isFalse();
        assertThat(mine.take(WEB)).isFalse();
        assertThat(theirs.take(DB)).isTrue();

        theirs.letGo(WEB);
        assertThat(theirs.take(WEB)).as("who does not hold it cannot let it go").isFalse();
        mine.letGo(WEB);
        mine.letGo(WEB);
        assertThat(theirs.take(WEB)).isTrue();
        assertThat(lost).isEmpty();
    }

    @Test
    void nothingStaysAtTheBroker() {
        mine.take(WEB);
        mine.take(DB);
        mine.letGo(WEB);
        theirs.take(WEB);
        assertThat(claimsAtBroker()).isEqualTo(2);

        mine.close();
        theirs.letGo(WEB);
        await().untilAsserted(() -> assertThat(claimsAtBroker()).isZero());
    }

    @Test
    void whoLosesTheConnectionIsToldAndHoldsNothing() {
        mine.take(WEB);
        mine.take(DB);

        breakConnections();

        await().untilAsserted(() -> assertThat(lost).containsExactlyInAnyOrder(WEB, DB));
        await().untilAsserted(() -> assertThat(theirs.take(WEB)).isTrue());
        mine.letGo(WEB);
        assertThat(mine.take(WEB)).as("the claim of the other stands").isFalse();
        assertThat(mine.take(DB)).isTrue();
    }

    @Test
    void aBrokerThatIsAwayIsNamed() throws Exception {
        mine.take(DB);
        broker.stop();

        assertThatThrownBy(() -> mine.take(WEB))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(WEB + " cannot be claimed at the broker");

        broker.start();
        await().untilAsserted(() -> assertThat(mine.take(WEB)).isTrue());
    }

    private void breakConnections() {
        broker.getActiveMQServer()
                .getRemotingService()
                .getConnections()
                .forEach(connection -> connection.fail(new ActiveMQNotConnectedException("broken by the test")));
    }

    private long claimsAtBroker() {
        return broker.getActiveMQServer().getPostOffice().getAddresses().stream()
                .filter(address -> address.toString().startsWith(BrokerClaims.PREFIX))
                .count();
    }

    private static BrokerSettings settings() {
        return new BrokerSettings(URL, Optional.empty(), Optional.empty(), Path.of("unused"));
    }
}
