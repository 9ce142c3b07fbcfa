package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.admin.RunningReactorClient;
import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import jakarta.jms.Destination;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.Message;
import jakarta.jms.QueueBrowser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever can write to the broker can neither have an object made nor steer a route; and no HTTP header gets as far. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForeignMessagesTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    /** Headers that steer Camel's components, as they are and in the spellings that slip through its own filter. */
    private static final List<String> STEERING = List.of(
            "CamelHttpUri",
            "CAmelHttpUri",
            "camelhttpuri",
            "CAMELHTTPPATH",
            "CAmelHttpMethod",
            "CamelJmsDestinationName",
            "CAmelJmsDestinationName",
            "CAmelJmsDestination",
            "CAmelBeanMethodName",
            "CamelExecCommandExecutable",
            "CAmelFileName",
            "CAmelSshUsername",
            "CAmelToEndpoint",
            "CAmelAwsEc2Operation",
            "Attempt",
            "breadcrumbId",
            "Subject",
            "To");

    private final SnsSigner signer = new SnsSigner("us-east-1", Clock.systemUTC());
    private final Set<String> headersSeen = new ConcurrentSkipListSet<>();
    private final AtomicInteger exchangesSeen = new AtomicInteger();
    private Cloud cloud;
    private RunningReactor reactor;
    private RunningReactorClient operator;

    /** Tells whether it was ever made from bytes, as the classes of a real attack would act by then. */
    static final class Gadget implements Serializable {

        private static final long serialVersionUID = 1L;

        static final AtomicInteger MADE = new AtomicInteger();

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            MADE.incrementAndGet();
        }
    }

    @BeforeAll
    void start(@TempDir Path directory) {
        cloud = new Cloud(directory);
        reactor =
                new RunningReactor(directory, cloud, signer, Map.of("reactor.bootstrap.retry-delay", "100ms")).start();
        reactor.context().getManagementStrategy().addEventNotifier(new HeadersOfArrivals());
        operator = new RunningReactorClient("127.0.0.1", reactor.management("/").getPort());
    }

    @AfterAll
    void stop() throws Exception {
        reactor.close();
        cloud.close();
    }

    @Test
    void theGadgetWouldTell() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(new Gadget());
        int before = Gadget.MADE.get();

        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();

        assertThat(Gadget.MADE.getAndAdd(-1)).isEqualTo(before + 1);
    }

    /** GHSA-m5vh-3fw5-5wgh: camel-jms makes the object of an ObjectMessage. */
    @ParameterizedTest
    @ValueSource(strings = {"events", "launches", "terminations", "give-ups", "notices"})
    void whatIsNoTextIsParkedUnreadAndNoObjectIsMade(String queue) throws Exception {
        int parked = parked();

        send(jms -> everyKind(jms, jms.createQueue(queue)));

        await().atMost(LONG).until(() -> parked() >= parked + 4);
        assertThat(parked()).isEqualTo(parked + 4);
        assertThat(Gadget.MADE).hasValue(0);
        if (!queue.equals("notices")) {
            await().atMost(LONG).until(() -> !cloud.mailbox()
                    .about("the queue " + queue + " cannot be read")
                    .isEmpty());
        }
    }

    @Test
    void whatIsNoTextOnTheTopicOfTheGoneIsPassedOver() throws Exception {
        send(jms -> everyKind(jms, jms.createTopic("gone")));

        String id = cloud.launch("web");
        cloud.salt().put("minions", id, InstanceHost.newMinionKey());
        cloud.gone(id);
        assertThat(reactor.announce(Announcements.termination(id, "web"))).isEqualTo(200);

        await().atMost(LONG).until(() -> cloud.salt().keys(id).isEmpty());
        assertThat(Gadget.MADE).hasValue(0);
    }

    /** GHSA-m5vh-3fw5-5wgh: nor does an operator's look at what is parked. */
    @Test
    void whatIsParkedIsListedReplayedAndDiscardedWithoutAnObjectBeingMade() throws Exception {
        send(jms -> everyKind(jms, jms.createQueue("parked")));
        int parked = parked();

        List<String> listed = operator.parked().lines().toList();
        assertThat(listed).hasSize(parked);
        assertThat(operator.replay("all")).startsWith("Nothing");
        assertThat(parked()).isEqualTo(parked);
        for (String line : listed) {
            assertThat(operator.discard(line.split(" ")[0])).isEqualTo("Dropped.");
        }

        assertThat(parked()).isZero();
        assertThat(Gadget.MADE).hasValue(0);
    }

    /** CVE-2026-40453: camel-jms lets headers such as CAmelHttpUri through to the route. */
    @ParameterizedTest
    @ValueSource(strings = {"events", "launches", "terminations", "give-ups", "notices"})
    void noSteeringHeaderOfAMessageReachesARoute(String queue) throws Exception {
        exchangesSeen.set(0);
        headersSeen.clear();

        send(jms -> steered(jms.createProducer()).send(jms.createQueue(queue), "steered"));

        await().atMost(LONG).untilAsserted(() -> assertThat(exchangesSeen).hasPositiveValue());
        assertThat(headersSeen).doesNotContainAnyElementsOf(STEERING);
    }

    /** The same from outside: a genuine delivery may carry any header, and none of them is stored with it. */
    @Test
    void noHeaderOfADeliveryIsStoredWithIt() throws Exception {
        reactor.context().getRouteController().stopRoute("dispatch");
        String body = signer.notification(
                RunningReactor.TOPIC, "Auto Scaling", Announcements.of("test-notification", "", "web"));
        HttpRequest.Builder request = HttpRequest.newBuilder(reactor.webhook())
                .version(HttpClient.Version.HTTP_1_1)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        signer.headers(body).forEach(request::header);
        for (String name : STEERING) {
            request.header(name, "parked");
        }
        for (String name :
                List.of("X-Auth-Token", "_AMQ_DUPL_ID", "JMSXGroupID", "JMSReplyTo", "_AMQ_SCHED_DELIVERY")) {
            request.header(name, "parked");
        }

        assertThat(HttpClient.newHttpClient()
                        .send(request.build(), HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);

        send(jms -> {
            try (QueueBrowser browser = jms.createBrowser(jms.createQueue("events"))) {
                jms.start();
                List<?> stored = list(browser.getEnumeration());
                assertThat(stored).hasSize(1);
                Message message = (Message) stored.get(0);
                List<?> names = list(message.getPropertyNames());
                assertThat(names)
                        .allSatisfy(name -> assertThat(name).isIn("JMSXDeliveryCount", "_AMQ_DUPL_ID", "__AMQ_CID"));
                assertThat(message.getStringProperty("_AMQ_DUPL_ID"))
                        .isEqualTo(SnsSigner.fields(body).get("MessageId"));
                assertThat(message.getJMSReplyTo()).isNull();
                assertThat(message.getJMSCorrelationID()).isNull();
            }
        });
        reactor.context().getRouteController().startRoute("dispatch");
        await().atMost(LONG).until(() -> reactor.waiting("events").isEmpty());
    }

    private static void everyKind(JMSContext jms, Destination destination) {
        JMSProducer producer = jms.createProducer();
        producer.send(destination, new Gadget());
        producer.send(destination, new byte[] {1});
        producer.send(destination, Map.of("work", "BOOTSTRAP"));
        producer.send(destination, jms.createStreamMessage());
    }

    private static JMSProducer steered(JMSProducer producer) {
        STEERING.forEach(name -> producer.setProperty(name, "parked"));
        return producer;
    }

    private int parked() throws Exception {
        AtomicInteger count = new AtomicInteger();
        send(jms -> {
            try (QueueBrowser browser = jms.createBrowser(jms.createQueue("parked"))) {
                jms.start();
                count.set(list(browser.getEnumeration()).size());
            }
        });
        return count.get();
    }

    private static List<?> list(Enumeration<?> enumeration) {
        return Collections.list(enumeration);
    }

    private static void send(Work work) throws Exception {
        try (ActiveMQConnectionFactory broker = new ActiveMQConnectionFactory("vm://0");
                JMSContext jms = broker.createContext()) {
            work.with(jms);
        }
    }

    @FunctionalInterface
    private interface Work {
        void with(JMSContext jms) throws JMSException;
    }

    /** Keeps the names of the headers with which messages arrive at a route. */
    private final class HeadersOfArrivals extends EventNotifierSupport {

        @Override
        public void notify(CamelEvent event) {
            if (event instanceof CamelEvent.ExchangeCreatedEvent created
                    && created.getExchange().getFromEndpoint().getEndpointUri().startsWith("jms")) {
                headersSeen.addAll(created.getExchange().getIn().getHeaders().keySet());
                exchangesSeen.incrementAndGet();
            }
        }
    }
}
