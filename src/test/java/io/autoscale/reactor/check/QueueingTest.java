package io.autoscale.reactor.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.queue.BrokerSettings;
import io.autoscale.reactor.standin.BrokerProcess;
import io.autoscale.reactor.standin.Ports;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a broker elsewhere has what the reactor needs. */
class QueueingTest {

    @TempDir
    Path directory;

    @Test
    void theConfigurationThatOperatorsCopyIsEnough() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(directory).start()) {
            assertThat(check(broker.url(), BrokerProcess.PASSWORD)).startsWith("ok");
            assertThat(check(broker.url(), "another"))
                    .startsWith("FAIL")
                    .contains("reactor.broker.password")
                    .doesNotContain("another");
        }
    }

    @Test
    void aBrokerWithoutTheQueuesIsSentToTheDocument() throws Exception {
        String url = "tcp://127.0.0.1:" + Ports.free();
        EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
        broker.setConfiguration(new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .addAcceptorConfiguration("tcp", url)
                .addAddressSetting(
                        "#", new AddressSettings().setAutoCreateAddresses(false).setAutoCreateQueues(false)));
        broker.start();
        try {
            assertThat(check(url, "any"))
                    .startsWith("FAIL")
                    .contains("events")
                    .contains("docs/operations/scale-out.md");
        } finally {
            broker.stop();
        }
    }

    private String check(String url, String password) throws Exception {
        List<Finding> findings = new Queueing(
                        new BrokerSettings(url, Optional.of(BrokerProcess.USER), Optional.of(password), directory))
                .findings();
        assertThat(findings).hasSize(1);
        return findings.get(0).line("broker");
    }
}
