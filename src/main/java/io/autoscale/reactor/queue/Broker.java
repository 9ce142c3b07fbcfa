package io.autoscale.reactor.queue;

import java.nio.file.Path;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.CoreAddressConfiguration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.camel.support.service.ServiceSupport;

/**
 * The embedded Artemis broker: reachable only from inside this process, its journal in {@code reactor.data}.
 *
 * @see <a href="https://activemq.apache.org/components/artemis/documentation/latest/embedding-activemq.html">Embedding
 *     Artemis</a>
 */
public final class Broker extends ServiceSupport {

    /** A message that a crash interrupts this often is put aside; a rollback at shutdown counts too. */
    private static final int DELIVERIES = 50;

    /** Memory for messages of all queues together; beyond it they are paged to disk. */
    private static final long MEMORY = 64L << 20;

    /** How long a write waits for others to share its flush to the disk; the default of 3.3 ms is felt at each queue. */
    private static final int JOURNAL_WAIT_NANOS = 500_000;

    private final EmbeddedActiveMQ server = new EmbeddedActiveMQ();

    public Broker(String url, Path data) {
        server.setConfiguration(configuration(url, data));
    }

    private static Configuration configuration(String url, Path data) {
        ConfigurationImpl configuration = new ConfigurationImpl();
        try {
            configuration.addAcceptorConfiguration("in-vm", url);
        } catch (Exception e) {
            throw new IllegalArgumentException("reactor.broker.url: " + e.getMessage(), e);
        }
        configuration
                .setPersistenceEnabled(true)
                .setJournalType(JournalType.NIO)
                .setJournalBufferTimeout_NIO(JOURNAL_WAIT_NANOS)
                .setJournalDirectory(data.resolve("journal").toString())
                .setBindingsDirectory(data.resolve("bindings").toString())
                .setPagingDirectory(data.resolve("paging").toString())
                .setLargeMessagesDirectory(data.resolve("large-messages").toString())
                .setPersistIDCache(true)
                .setIDCacheSize(20_000)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .setGlobalMaxSize(MEMORY)
                .setMaxDiskUsage(98)
                .setMessageCounterEnabled(false)
                .setName("ec2-autoscale-reactor");
        configuration.addAddressSetting(
                "#",
                new AddressSettings()
                        .setAutoCreateQueues(true)
                        .setAutoDeleteQueues(false)
                        .setAutoDeleteAddresses(false)
                        .setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE)
                        .setMaxDeliveryAttempts(DELIVERIES)
                        .setRedeliveryDelay(1_000)
                        .setDeadLetterAddress(SimpleString.of("parked"))
                        .setExpiryAddress(SimpleString.of("parked")));
        configuration.addAddressConfiguration(new CoreAddressConfiguration()
                .setName("parked")
                .addRoutingType(RoutingType.ANYCAST)
                .addQueueConfiguration(QueueConfiguration.of("parked").setRoutingType(RoutingType.ANYCAST)));
        return configuration;
    }

    @Override
    protected void doStart() throws Exception {
        server.start();
    }

    @Override
    protected void doStop() throws Exception {
        server.stop();
    }
}
