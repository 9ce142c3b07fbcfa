package io.autoscale.reactor.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.ConsumerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/** What belongs to the transaction of a message in hand, and what does not. */
class QueuesTest {

    private static final long WAIT = 10_000;

    @TempDir
    Path directory;

    private final CountDownLatch done = new CountDownLatch(1);
    private final DefaultCamelContext context = new DefaultCamelContext();
    private Broker broker;
    private JmsPoolConnectionFactory connections;
    private JmsPoolConnectionFactory otherConnections;

    @BeforeEach
    void start() throws Exception {
        BrokerSettings settings = new BrokerSettings("vm://41", Optional.empty(), Optional.empty(), directory);
        broker = new Broker(settings.url(), settings.data(), () -> {});
        broker.start();
        connections = Queues.connections(settings);
        otherConnections = Queues.connections(settings);
        context.addComponent("jms", Queues.component(connections));
        context.getRegistry().bind("otherConnections", otherConnections);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("jms:queue:work")
                        .to("jms:queue:inside?transacted=false")
                        .to("jms:queue:outside?transacted=false&connectionFactory=#otherConnections")
                        .process(exchange -> done.await(WAIT, TimeUnit.MILLISECONDS));
            }
        });
        context.start();
    }

    @AfterEach
    void stop() {
        done.countDown();
        context.stop();
        connections.stop();
        otherConnections.stop();
        broker.stop();
    }

    @Test
    void onlyWhatGoesThroughOtherConnectionsIsThereBeforeTheWorkIsDone() throws Exception {
        context.createProducerTemplate().sendBody("jms:queue:work", "text");
        ConsumerTemplate consumer = context.createConsumerTemplate();

        assertThat(consumer.receiveBody("jms:queue:outside", WAIT, String.class))
                .isEqualTo("text");
        assertThat(consumer.receiveBodyNoWait("jms:queue:inside", String.class)).isNull();

        done.countDown();
        assertThat(consumer.receiveBody("jms:queue:inside", WAIT, String.class)).isEqualTo("text");
        consumer.stop();
    }
}
