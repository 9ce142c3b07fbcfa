package io.autoscale.reactor;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.autoscale.reactor.admin.ParkedOverHttp;
import io.autoscale.reactor.ec2.DescribeInstances;
import io.autoscale.reactor.ec2.Ec2;
import io.autoscale.reactor.ec2.InstanceNotReady;
import io.autoscale.reactor.ec2.Instances;
import io.autoscale.reactor.ec2.Readiness;
import io.autoscale.reactor.ec2.Terminations;
import io.autoscale.reactor.failure.Outage;
import io.autoscale.reactor.failure.Outages;
import io.autoscale.reactor.failure.Patience;
import io.autoscale.reactor.failure.PatienceSettings;
import io.autoscale.reactor.mail.Delivery;
import io.autoscale.reactor.mail.Digests;
import io.autoscale.reactor.mail.MailPace;
import io.autoscale.reactor.mail.Notices;
import io.autoscale.reactor.mail.TooSoon;
import io.autoscale.reactor.queue.Attempts;
import io.autoscale.reactor.queue.Broker;
import io.autoscale.reactor.queue.BrokerClaims;
import io.autoscale.reactor.queue.BrokerHealth;
import io.autoscale.reactor.queue.Claims;
import io.autoscale.reactor.queue.Headers;
import io.autoscale.reactor.queue.Json;
import io.autoscale.reactor.queue.Parked;
import io.autoscale.reactor.queue.Queues;
import io.autoscale.reactor.queue.Storing;
import io.autoscale.reactor.queue.Waiting;
import io.autoscale.reactor.salt.CallLimit;
import io.autoscale.reactor.salt.KeyNotAccepted;
import io.autoscale.reactor.salt.KeysLeft;
import io.autoscale.reactor.salt.MinionKeys;
import io.autoscale.reactor.salt.MinionSilent;
import io.autoscale.reactor.salt.SaltApi;
import io.autoscale.reactor.salt.SaltSession;
import io.autoscale.reactor.sns.CertificateClient;
import io.autoscale.reactor.sns.ReceiveRoute;
import io.autoscale.reactor.sns.Refusals;
import io.autoscale.reactor.sns.SnsVerifier;
import io.autoscale.reactor.sns.Subscriptions;
import io.autoscale.reactor.ssh.BootstrapRunning;
import io.autoscale.reactor.ssh.BootstrapScript;
import io.autoscale.reactor.ssh.Bootstraps;
import io.autoscale.reactor.ssh.HostKeys;
import io.autoscale.reactor.ssh.HostKeysNotShown;
import io.autoscale.reactor.ssh.Remote;
import io.autoscale.reactor.ssh.SharedSshClient;
import io.autoscale.reactor.ssh.SshKeyFile;
import io.autoscale.reactor.ssh.SshNotReady;
import io.autoscale.reactor.tls.Authorities;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.ConsumerTemplate;
import org.apache.camel.Exchange;
import org.apache.camel.builder.ProxyBuilder;
import org.apache.camel.component.mail.DefaultAuthenticator;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.processor.errorhandler.RedeliveryPolicy;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.service.ServiceSupport;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.sns.SnsClient;

/** Makes the beans that the routes name, from the settings; each name in {@code routes/} is bound here and nowhere else. */
public final class Beans implements CamelConfiguration {

    private static final int NOTICES_IN_A_MAIL = 200;

    /** Characters; a mail has every notice in full, so it is notices that are left for the next one. */
    private static final int LONG_ENOUGH_MAIL = 256 * 1024;

    /** Name of the {@link Runnable} that is called when the embedded broker has ended by itself; it must not wait. */
    public static final String WHEN_BROKER_FAILS = "whenBrokerFails";

    private final Path home;
    private final Clock clock;
    private final boolean live;

    /** @param home directory with {@code routes/}, {@code application.properties} and {@code data/} */
    public Beans(Path home, Clock clock) {
        this(home, clock, true);
    }

    private Beans(Path home, Clock clock, boolean live) {
        this.home = home;
        this.clock = clock;
        this.live = live;
    }

    /** The same names for trying things out: without the embedded broker and without the webhook. */
    static Beans rehearsal(Path home, Clock clock) {
        return new Beans(home, clock, false);
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        Settings settings = Settings.read(home, key -> setting(context.getPropertiesComponent(), key));
        Registry registry = context.getRegistry();
        registry.bind("settings", settings);
        ObjectMapper json = objectMapper();
        registry.bind("objectMapper", json);
        registry.bind("json", new Json(json));

        registry.bind("outages", new Outages(settings.patience().outage(), clock));

        queues(context, settings);
        receive(context, settings, json);
        ec2(context, settings);
        ssh(context, settings, json);
        salt(context, settings, json);
        mail(registry, settings, registry.lookupByNameAndType("json", Json.class));
        errors(context, settings);
    }

    /**
     * The value of a setting, its placeholders resolved; empty if it is not set.
     *
     * @throws RuntimeException if they cannot be, which {@link PropertiesComponent#resolveProperty} takes for not set
     */
    static Optional<String> setting(PropertiesComponent properties, String key) {
        return Optional.ofNullable(properties.parseUri("{{?" + key + "}}", false));
    }

    private void queues(CamelContext context, Settings settings) throws Exception {
        Supplier<Optional<String>> trouble = Optional::empty;
        if (live && settings.broker().embedded()) {
            Broker broker =
                    new Broker(settings.broker().url(), settings.broker().data(), whenBroken(context.getRegistry()));
            trouble = broker::trouble;
            // Started before everything else and stopped after it.
            context.addService(broker, true, true);
        }
        if (live) {
            context.getRegistry().bind("storing", new Storing(trouble, clock));
            HealthCheckRegistry health = HealthCheckRegistry.get(context);
            if (health != null) {
                health.register(new BrokerHealth(settings.broker(), trouble));
            }
        }
        JmsPoolConnectionFactory connections = Queues.connections(settings.broker());
        closeWith(context, connections::stop);
        context.addComponent("jms", Queues.component(connections));
        JmsPoolConnectionFactory otherConnections = Queues.connections(settings.broker());
        closeWith(context, otherConnections::stop);
        context.getRegistry().bind("otherConnections", otherConnections);
        Parked parked = new Parked(
                otherConnections, context.getRegistry().lookupByNameAndType("objectMapper", ObjectMapper.class));
        context.addStartupListener(new ParkedOverHttp(parked));
        ConsumerTemplate consumer = context.createConsumerTemplate();
        context.getRegistry()
                .bind(
                        "waitingTerminations",
                        new Waiting(() -> next(consumer, "jms:queue:terminations"), settings.batchSize()));
        context.getRegistry()
                .bind(
                        "waitingNotices",
                        new Waiting(() -> next(consumer, "jms:queue:notices"), NOTICES_IN_A_MAIL, LONG_ENOUGH_MAIL));
    }

    /** What {@code bin/reactor} does then; whoever runs the reactor inside of something else may see to it in another way. */
    private static Runnable whenBroken(Registry registry) {
        Runnable end = registry.lookupByNameAndType(WHEN_BROKER_FAILS, Runnable.class);
        return end == null ? () -> {} : end;
    }

    private static Optional<Waiting.Message> next(ConsumerTemplate consumer, String queue) {
        Exchange exchange = consumer.receiveNoWait(queue);
        if (exchange == null) {
            return Optional.empty();
        }
        Waiting.Message message = new Waiting.Message(
                exchange.getMessage().getBody(String.class),
                exchange.getMessage().getHeader(Headers.CHECKS, 0, Integer.class),
                exchange.getMessage().getHeader(Headers.ATTEMPT, 0, Integer.class));
        consumer.doneUoW(exchange);
        return Optional.of(message);
    }

    private void receive(CamelContext context, Settings settings, ObjectMapper json) throws Exception {
        Registry registry = context.getRegistry();
        MeterRegistry meters = meters(registry);
        SdkHttpClient replaced = registry.lookupByNameAndType("snsCertificateHttpClient", SdkHttpClient.class);
        CertificateClient certificates =
                replaced == null ? new CertificateClient(clock) : new CertificateClient(replaced, clock);
        SnsVerifier verifier = new SnsVerifier(settings.sns(), certificates, clock);
        closeWith(context, verifier);
        closeWith(context, certificates);
        Subscriptions subscriptions =
                new Subscriptions(settings.sns(), region -> bounded(SnsClient.builder(), Optional.of(region.id()))
                        .build());
        Refusals refusals = new Refusals(meters, clock);
        registry.bind("refusals", refusals);
        if (live) {
            settings.webhookCertificate().ifPresent(certificate -> registry.bind("webhookCertificate", certificate));
            registry.bind(
                    ReceiveRoute.ID,
                    new ReceiveRoute(
                            verifier,
                            subscriptions,
                            refusals,
                            registry.lookupByNameAndType("storing", Storing.class),
                            json));
        }
    }

    /** The meters that the management port shows; Camel Main has made them already, unless metrics are switched off. */
    private static MeterRegistry meters(Registry registry) {
        MeterRegistry shown =
                registry.lookupByNameAndType(MicrometerConstants.METRICS_REGISTRY_NAME, MeterRegistry.class);
        return shown == null ? new SimpleMeterRegistry() : shown;
    }

    private void ec2(CamelContext context, Settings settings) throws Exception {
        Registry registry = context.getRegistry();
        Ec2Client ec2 = bounded(Ec2Client.builder(), settings.region()).build();
        AutoScalingClient autoScaling =
                bounded(AutoScalingClient.builder(), settings.region()).build();
        closeWith(context, ec2::close);
        closeWith(context, autoScaling::close);
        registry.bind("ec2Client", ec2);
        registry.bind("autoScalingClient", autoScaling);
        registry.bind("ec2", new Ec2(ec2, autoScaling, outages(context)));
        registry.bind(
                "instances",
                new Instances(new ProxyBuilder(context)
                        .endpoint("direct:describe-instances")
                        .build(DescribeInstances.class)));
        registry.bind("readiness", new Readiness(settings.ssh().address(), clock));
        registry.bind(
                "terminations",
                new Terminations(
                        registry.lookupByNameAndType("json", Json.class),
                        ec2.serviceClientConfiguration().region().id(),
                        settings.checkDelay()));
    }

    private void ssh(CamelContext context, Settings settings, ObjectMapper json) throws Exception {
        Registry registry = context.getRegistry();
        Bootstraps bootstraps = new Bootstraps(settings.ssh(), claims(context, settings));
        SharedSshClient client = new SharedSshClient(settings.ssh(), bootstraps);
        // At the first sign of a stop, as a bootstrap may take longer than a stop may; its message goes back on the
        // queue.
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStopping(CamelContext stopping) {
                bootstraps.close();
            }
        });
        closeWith(context, client);
        registry.bind("bootstraps", bootstraps);
        registry.bind("sshClient", client);
        registry.bind(
                "sshKey",
                SshKeyFile.load(settings.ssh().privateKey(), settings.ssh().passphrase()));
        registry.bind("hostKeys", new HostKeys(bootstraps, settings.ssh().hostKey()));
        registry.bind("remote", new Remote(bootstraps));
        registry.bind(
                "bootstrapScript",
                new BootstrapScript(
                        script(settings.bootstrap().script()),
                        settings.bootstrap(),
                        settings.salt().master(),
                        json));
    }

    private Claims claims(CamelContext context, Settings settings) throws Exception {
        Registry registry = context.getRegistry();
        Claims replaced = registry.lookupByNameAndType("claims", Claims.class);
        if (replaced != null) {
            return replaced;
        }
        BrokerClaims claims = new BrokerClaims(
                settings.broker(), instance -> registry.lookupByNameAndType("bootstraps", Bootstraps.class)
                        .lose(instance));
        closeWith(context, claims);
        return claims;
    }

    private static String script(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "reactor.bootstrap.script: " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static Outages outages(CamelContext context) {
        return context.getRegistry().lookupByNameAndType("outages", Outages.class);
    }

    private void salt(CamelContext context, Settings settings, ObjectMapper json) throws Exception {
        Registry registry = context.getRegistry();
        CallLimit limit = new CallLimit(settings.salt().timeout());
        closeWith(context, limit);
        registry.bind("saltCallLimit", limit);
        registry.bind(
                "saltTls",
                settings.salt().authorities().map(Authorities::parameters).orElseGet(Authorities::ofJava));
        if ("https".equals(settings.salt().url().getScheme())) {
            // For salt.camel.yaml, only then: an endpoint that is given TLS speaks it whatever its URL says.
            context.getPropertiesComponent().addOverrideProperty("reactor.salt.tls", "#saltTls");
        }
        registry.bind("saltSession", new SaltSession(settings.salt(), json, clock));
        registry.bind("saltApi", new SaltApi(settings.salt(), json, outages(context)));
        registry.bind("minionKeys", new MinionKeys());
    }

    private void mail(Registry registry, Settings settings, Json json) {
        registry.bind("notices", new Notices(settings.mail(), clock));
        registry.bind("digests", new Digests(settings.mail(), json));
        registry.bind(
                "mailPace",
                new MailPace(settings.mail().pause(), settings.mail().perHour(), clock));
        registry.bind("mailDelivery", new Delivery());
        registry.bind("mailProperties", settings.mail().javaMailProperties());
        registry.bind("mail", settings.mail());
        registry.bind(
                "mailAuthenticator",
                new DefaultAuthenticator(
                        settings.mail().username().orElse(null),
                        settings.mail().password().orElse(null)));
    }

    private void errors(CamelContext context, Settings settings) {
        Registry registry = context.getRegistry();
        PatienceSettings patience = settings.patience();
        registry.bind(
                "patience",
                new Patience(
                        Map.of(
                                InstanceNotReady.class, patience.instance(),
                                SshNotReady.class, patience.ssh(),
                                HostKeysNotShown.class, patience.ssh(),
                                BootstrapRunning.class,
                                        settings.bootstrap().timeout().plus(Duration.ofMinutes(1)),
                                KeyNotAccepted.class, patience.minion(),
                                MinionSilent.class, patience.minion(),
                                KeysLeft.class, patience.minion(),
                                TooSoon.class, MailPace.LONGEST_WAIT,
                                Outage.class, patience.outage()),
                        outages(context),
                        clock));
        registry.bind(
                "attempts",
                new Attempts(
                        settings.bootstrap().attempts(),
                        settings.bootstrap().retryDelay(),
                        // The connections are closed a moment before Camel says that it is stopping.
                        () -> registry.lookupByNameAndType("bootstraps", Bootstraps.class)
                                        .isClosed()
                                || context.getStatus().isStopping(),
                        outages(context),
                        clock));
        registry.bind("tryAgain", backoff(Duration.ofSeconds(1), Duration.ofSeconds(5)));
        RedeliveryPolicy mailAgain = backoff(Duration.ofSeconds(5), Duration.ofMinutes(5));
        mailAgain.setMaximumRedeliveries(300);
        registry.bind("mailAgain", mailAgain);
        registry.bind("once", quiet(new RedeliveryPolicy()));
    }

    private static RedeliveryPolicy backoff(Duration first, Duration longest) {
        RedeliveryPolicy policy = quiet(new RedeliveryPolicy());
        policy.setRedeliveryDelay(first.toMillis());
        policy.setMaximumRedeliveryDelay(longest.toMillis());
        policy.setUseExponentialBackOff(true);
        policy.setBackOffMultiplier(1.5);
        policy.setUseCollisionAvoidance(true);
        return policy;
    }

    /** The routes say themselves what failed; Camel would log the exchange with its stack trace. */
    private static RedeliveryPolicy quiet(RedeliveryPolicy policy) {
        policy.setLogExhausted(false);
        policy.setLogStackTrace(false);
        policy.setLogRetryStackTrace(false);
        policy.setLogRetryAttempted(true);
        policy.setRetryAttemptedLogLevel(org.apache.camel.LoggingLevel.DEBUG);
        policy.setAllowRedeliveryWhileStopping(false);
        return policy;
    }

    /** Time limits of every call to AWS; the SDK tries three times within them, with jitter. */
    private static <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> B bounded(
            B builder, Optional<String> region) {
        builder.httpClientBuilder(UrlConnectionHttpClient.builder()
                .connectionTimeout(Duration.ofSeconds(3))
                .socketTimeout(Duration.ofSeconds(10)));
        builder.overrideConfiguration(
                c -> c.apiCallAttemptTimeout(Duration.ofSeconds(10)).apiCallTimeout(Duration.ofSeconds(20)));
        region.map(Region::of).ifPresent(builder::region);
        return builder;
    }

    private static ObjectMapper objectMapper() {
        return new ObjectMapper()
                .registerModule(new Jdk8Module())
                .registerModule(new JavaTimeModule())
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    }

    private static void closeWith(CamelContext context, AutoCloseable resource) throws Exception {
        context.addService(
                new ServiceSupport() {
                    @Override
                    protected void doStop() throws Exception {
                        resource.close();
                    }
                },
                true,
                true);
    }
}
