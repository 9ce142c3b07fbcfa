package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoscale.reactor.Beans;
import io.autoscale.reactor.ec2.Ec2;
import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.event.Work;
import io.autoscale.reactor.failure.Outages;
import io.autoscale.reactor.mail.Notice;
import io.autoscale.reactor.queue.Attempts;
import io.autoscale.reactor.queue.Waiting;
import io.autoscale.reactor.routes.Sendings.Sent;
import io.autoscale.reactor.salt.SaltSession;
import io.autoscale.reactor.ssh.Bootstraps;
import io.autoscale.reactor.standin.MemoryClaims;
import io.autoscale.reactor.standin.SettableClock;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.processor.errorhandler.RedeliveryPolicy;
import org.apache.camel.spi.Registry;
import org.apache.camel.test.junit5.CamelContextConfiguration;
import org.apache.camel.test.main.junit5.CamelMainTestSupport;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jms.UncategorizedJmsException;

/**
 * The real files of {@code routes/} with the real beans, configured as the reactor configures them. What differs:
 *
 * <ul>
 *   <li>The entry of a route that reads a queue is {@code direct:in-<route>}.
 *   <li>Everything outside (queues, EC2, SSH, salt-api, mail) is mocked; {@link #ec2}, {@link #host} and {@link #master}
 *       answer.
 *   <li>A step is tried again at once, and time stands still but for {@link #clock}.
 * </ul>
 *
 * One Camel context serves all tests of a class.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RoutesTest extends CamelMainTestSupport {

    static final String ID = "i-0123456789abcdef0";
    static final String OTHER_ID = "i-0fedcba9876543210";
    static final InstanceId INSTANCE = new InstanceId(ID);

    static final String KEY = pem(
            "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwwAN8+FytSdrG5GS+tem",
            "MQ9rftLCm6gffOM7fPqOFTm4Etpyy1pic6E3NWXoML0/8PYPWwrbuzyTYX2WiIsi",
            "bCBHgVGW6PxErtf6PBgsVi0zfWnHH1ju1RfKibNj59haNuv4MPsjjDO6kzH177jz",
            "oNJiMBVPQ3Coz3K7BnE1g/PIQuq4R3dv85jqL5nzbZx1lgWkgrukiurkCCYtOGbC",
            "LvZcyMkXrs6XbvCafs4ZpOQER8BXsOJazHGBKjCSoMZm30RatzIYPuQixTMNvmrG",
            "li/jOmUR+x71NeJHsWd0Axs6K8K3kwflwj9lXtvpzhjpoSXpMXx8XcQHkpfdSffW",
            "CQIDAQAB");
    static final String OTHER_KEY = pem(
            "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAlx1cllZci55/I2aDz5HP",
            "Ws3VaSsNlOdo4sHdldTD4c4fmfZ9vjLIeJJXzATlnE+sWeD2jloeiEW/IRE2AyTx",
            "xq1jjnrboF2k/NHvm80Bx0cY9/4J+6QOhmpQagV9rkZZuVrjCgjDf+0jGea1T1ZX",
            "3FpVaGCO3de7L/55YC0hNRKP2Z2KQd4mWHVuukfLcjb/D7B/6V00NMKCaDQL+mO0",
            "DN23r2gHLld6QFpj0gsJuxGwRO9YZlHS3IiMR7sAP6G0g8ea26OC+g7qRgJtsvZu",
            "zrkOR0nTe2GqOpB4NIBrxtfCDgLRGsRigvj5fWVvD8LVDRY55+oUZ/cwM/cLR4Wd",
            "DwIDAQAB");

    private static final String SALT = "http://127.0.0.1:8000";
    private static final List<String> ENTRIES =
            List.of("dispatch", "launch", "terminate", "stop-bootstraps", "notify", "give-up", "watch-outages");

    @TempDir
    static Path directory;

    final SettableClock clock = new SettableClock();
    final StepsCrossed steps = new StepsCrossed();
    final Sendings sendings = new Sendings();
    final Deque<Waiting.Message> waiting = new ArrayDeque<>();
    final Deque<Waiting.Message> waitingNotices = new ArrayDeque<>();
    final MemoryClaims claims = new MemoryClaims();
    boolean stopping;
    boolean brokerGone;
    MockEc2 ec2 = new MockEc2();
    MockHost host = new MockHost();
    MockMaster master = new MockMaster();

    /** Settings beside those that the tests share; keys and values in turn. */
    String[] settings() {
        return new String[0];
    }

    @Override
    protected String getPropertyPlaceholderLocations() {
        return "classpath:io/autoscale/reactor/application.properties";
    }

    @Override
    protected void configure(MainConfigurationProperties main) {
        main.addConfiguration(new CamelConfiguration() {
            @Override
            public void configure(CamelContext camel) {
                camel.getRegistry().bind("claims", claims);
            }
        });
        main.addConfiguration(new Beans(Path.of("").toAbsolutePath(), clock));
        main.withRoutesIncludePattern("file:routes/*.camel.yaml");
        // It has tests of its own, with a real server.
        main.withRouteFilterExcludePattern("receive,tell-refusal");
    }

    @Override
    public void configureContext(CamelContextConfiguration configuration) {
        super.configureContext(configuration);
        configuration.withMockEndpointsAndSkip("(jms|ssh|http|https|aws2-ec2|smtp).*");
        ENTRIES.forEach(route -> configuration.replaceRouteFromWith(route, "direct:in-" + route));
    }

    @Override
    protected void setupResources() {
        Properties all = new Properties();
        all.putAll(Map.of(
                "camel.server.enabled", "false",
                "camel.management.enabled", "false",
                "reactor.sns.topics", "arn:aws:sns:us-east-1:123456789012:web",
                "reactor.aws.region", "us-east-1",
                "reactor.salt.url", SALT,
                "reactor.salt.username", "reactor",
                "reactor.salt.password", "secret",
                "reactor.ssh.private-key", sshKey().toString(),
                // Not embedded, so that no broker is started; nothing connects to it.
                "reactor.broker.url", "tcp://127.0.0.1:1"));
        String[] own = settings();
        for (int i = 0; i < own.length; i += 2) {
            all.put(own[i], own[i + 1]);
        }
        camelContextConfiguration().withUseOverridePropertiesWithPropertiesComponent(all);
    }

    @Override
    protected void bindToRegistry(Registry registry) {
        context.getCamelContextExtension().addInterceptStrategy(new CrossedSteps(getClass()));
        context.getCamelContextExtension().addInterceptStrategy(steps);
        context.getManagementStrategy().addEventNotifier(sendings);
        Outages outages = registry.lookupByNameAndType("outages", Outages.class);
        registry.bind("ec2", new Ec2(MockEc2.consoleClient(() -> ec2), MockEc2.autoScalingClient(() -> ec2), outages));
        registry.bind("attempts", new Attempts(3, Duration.ofSeconds(30), () -> stopping, outages, clock));
        registry.bind("tryAgain", atOnce(-1));
        registry.bind("mailAgain", atOnce(2));
        registry.bind("waitingTerminations", new Waiting(this::nextTermination, 500));
        registry.bind("waitingNotices", new Waiting(() -> Optional.ofNullable(waitingNotices.poll()), 200));
    }

    @BeforeEach
    void outside() {
        ec2 = new MockEc2();
        host = new MockHost();
        master = new MockMaster();
        MockEndpoint.resetMocks(context);
        getMockEndpoint("mock:aws2-ec2:instances").whenAnyExchangeReceived(ec2);
        getMockEndpoint("mock:ssh:ec2-user@" + ID + ":22").whenAnyExchangeReceived(host);
        getMockEndpoint("mock:http:127.0.0.1:8000").whenAnyExchangeReceived(master);
        bean("saltSession", SaltSession.class).close();
        stopping = false;
        brokerGone = false;
        steps.clear();
        sendings.clear();
        waiting.clear();
        waitingNotices.clear();
    }

    @AfterEach
    void nothingStaysInHand() {
        assertThat(claims.isTaken(INSTANCE))
                .as("the instance was not given back")
                .isFalse();
    }

    private Optional<Waiting.Message> nextTermination() {
        if (brokerGone) {
            throw new UncategorizedJmsException("the broker is gone");
        }
        return Optional.ofNullable(waiting.poll());
    }

    /** Lets a message in at the entry of a route; returns what became of it. */
    Exchange in(String route, String body, Map<String, Object> headers) {
        return template.send("direct:in-" + route, exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeaders(new HashMap<>(headers));
        });
    }

    /** Lets a message in that must not be rolled back. */
    Exchange taken(String route, String body, Map<String, Object> headers) {
        Exchange exchange = in(route, body, headers);
        assertThat(exchange.getException()).isNull();
        return exchange;
    }

    Exchange taken(String route, Event event) {
        return taken(route, json(event), Map.of());
    }

    /** What was sent to this queue, in order. */
    List<Sent> sent(String queue) {
        return sendings.sent().stream()
                .filter(message -> message.queue().equals(queue))
                .toList();
    }

    /** The names of the queues that something was sent to, in order. */
    List<String> queues() {
        return sendings.sent().stream().map(Sent::queue).toList();
    }

    /** The only notice that was told. */
    Notice notice() {
        List<Sent> notices = sent("notices");
        assertThat(notices).hasSize(1);
        try {
            return bean("objectMapper", ObjectMapper.class)
                    .readValue(notices.get(0).body(), Notice.class);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    Event event(Work work) {
        return event(work, ID);
    }

    Event event(Work work, String id) {
        return new Event(
                "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
                "arn:aws:sns:us-east-1:123456789012:web",
                clock.instant(),
                work == Work.DELETE_KEY ? "autoscaling:EC2_INSTANCE_TERMINATE" : "autoscaling:EC2_INSTANCE_LAUNCH",
                work,
                Optional.of(new InstanceId(id)),
                "web",
                "",
                Optional.empty());
    }

    String json(Event event) {
        return toJson(event);
    }

    String toJson(Object value) {
        try {
            return bean("objectMapper", ObjectMapper.class).writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    Bootstraps bootstraps() {
        return bean("bootstraps", Bootstraps.class);
    }

    <T> T bean(String name, Class<T> type) {
        return context.getRegistry().lookupByNameAndType(name, type);
    }

    private static RedeliveryPolicy atOnce(int most) {
        RedeliveryPolicy policy = new RedeliveryPolicy();
        policy.setRedeliveryDelay(0);
        policy.setMaximumRedeliveries(most);
        policy.setLogExhausted(false);
        return policy;
    }

    private static Path sshKey() {
        Path file = directory.resolve("instances.key");
        try (OutputStream out = Files.newOutputStream(file)) {
            KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
            keys.initialize(256);
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(keys.generateKeyPair(), "test", null, out);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has EC keys.", e);
        }
    }

    private static String pem(String... lines) {
        return "-----BEGIN PUBLIC KEY-----\n" + String.join("\n", lines) + "\n-----END PUBLIC KEY-----\n";
    }
}
