package io.autoscale.reactor.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.Hopeless;
import io.autoscale.reactor.failure.InstanceGone;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.MemoryClaims;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.core.CoreModuleProperties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real camel-ssh component with everything of this package around it, against SSH servers in this process. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // MINA waits through interrupts
class RunOnInstanceTest {

    private static final InstanceId WEB = new InstanceId("i-0123456789abcdef0");
    private static final InstanceId DB = new InstanceId("i-0123456789abcdef1");

    private static KeyPair ours;
    private static KeyPair ecKey;
    private static KeyPair rsaKey;

    private final List<AutoCloseable> open = new ArrayList<>();
    private Bootstraps bootstraps;
    private SharedSshClient client;
    private ProducerTemplate producer;
    private DefaultCamelContext camel;
    private SshTestHost host;

    @BeforeAll
    static void makeKeys() throws Exception {
        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(new ECGenParameterSpec("secp256r1"));
        ours = ec.generateKeyPair();
        ecKey = ec.generateKeyPair();
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        rsaKey = rsa.generateKeyPair();
    }

    @BeforeEach
    void startHost() throws Exception {
        host = opened(new SshTestHost(ours.getPublic(), ecKey));
    }

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        await("no thread is left behind")
                .untilAsserted(() -> assertThat(clientThreads()).isEmpty());
    }

    @Test
    void returnsTheOutputOfACommandThatEndedWell() throws Exception {
        start(HostKeyCheck.TOFU);
        take(WEB);

        assertThat(run(WEB, host.port(), "exit 0 all done")).isEqualTo("all done");
    }

    @Test
    void takesTheAbsenceOfAKeyAsAnAnswer() throws Exception {
        start(HostKeyCheck.TOFU);
        take(WEB);

        assertThat(run(WEB, host.port(), "exit 3 ")).isEqualTo("");
    }

    @Test
    void turnsEachExitValueIntoItsFailureWithTheLastLinesMadeHarmless() throws Exception {
        start(HostKeyCheck.TOFU);
        take(WEB);

        fails(host.port(), "exit 69 secret-command", Failed.class)
                .hasMessage("Salt could not be installed on " + WEB + "; it printed last: line one | line  [31mtwo");
        fails(host.port(), "exit 70 x", Failed.class).hasMessageContaining("did not start");
        fails(host.port(), "exit 64 x", Hopeless.class).hasMessageContaining("argument");
        fails(host.port(), "exit 77 x", Failed.class).hasMessageContaining("sudo");
        fails(host.port(), "exit 124 x", Failed.class).hasMessageContaining("limit");
        fails(host.port(), "exit 137 x", Failed.class).hasMessageContaining("limit");
        fails(host.port(), "exit 75 x", BootstrapRunning.class).hasMessageContaining(WEB.value());
        fails(host.port(), "exit 1 x", Failed.class).hasMessageContaining("exit value 1");
    }

    @Test
    void takesALostConnectionForAFailure() throws Exception {
        start(HostKeyCheck.TOFU);
        take(WEB);

        fails(host.port(), "die", Failed.class)
                .hasMessage("The connection to " + WEB + " was lost before the script ended.");
    }

    @Test
    void takesAnInstanceThatVanishesForAFailure() throws Exception {
        FreezingProxy proxy = opened(new FreezingProxy(host.port()));
        start(HostKeyCheck.TOFU);
        take(WEB);
        CompletableFuture<Object> web = runInBackground(WEB, proxy.port(), "hang");
        assertThat(host.hanging.await(10, TimeUnit.SECONDS)).isTrue();

        proxy.freeze();

        assertThat(web)
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableThat()
                .havingRootCause()
                .isInstanceOf(Failed.class)
                .withMessageContaining("was lost before the script ended");
    }

    @Test
    void isNotMisledByAnEarlierConnection() throws Exception {
        start(HostKeyCheck.TOFU);
        take(WEB);
        run(WEB, host.port(), "exit 0 ok");
        client.close();

        fails(host.port(), "exit 0 x", Failed.class).hasMessageContaining("No SSH connection to " + WEB + " was tried");
    }

    @Test
    void endsACommandThatPrintsWithoutEnd() throws Exception {
        start(HostKeyCheck.TOFU);
        take(WEB);

        fails(host.port(), "flood", Failed.class).hasMessageContaining("printed more than");
    }

    @Test
    void closesACommandThatKeepsPrintingAtItsDeadline() throws Exception {
        start(HostKeyCheck.TOFU, Duration.ofSeconds(2));
        take(WEB);

        fails(host.port(), "babble", Failed.class).hasMessageContaining("over its time limit");
        await().untilAsserted(() -> assertThat(host.sessions()).isEmpty());
    }

    @Test
    void waitsForAServerThatRefusesConnections() throws Exception {
        start(HostKeyCheck.TOFU);
        take(WEB);
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }

        fails(free, "exit 0 the-command", SshNotReady.class)
                .hasMessageContaining("SSH 127.0.0.1:" + free)
                .hasMessageContaining(WEB.value())
                .hasMessageContaining("refused")
                .hasMessageNotContaining("the-command");
    }

    @Test
    void waitsForAServerThatAcceptsAndIsSilent() throws Exception {
        start(HostKeyCheck.TOFU);
        take(WEB);
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            fails(silent.getLocalPort(), "exit 0 x", SshNotReady.class).hasMessageContaining("no answer in time");
        }
    }

    @Test
    void waitsForAServerThatClosesDuringTheKeyExchange() throws Exception {
        start(HostKeyCheck.TOFU);
        take(WEB);
        try (ServerSocket closing = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
                try {
                    closing.accept().close();
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            fails(closing.getLocalPort(), "exit 0 x", SshNotReady.class)
                    .hasMessageMatching(".*: (it closed the connection|Broken pipe|Connection reset.*)\\.");
            served.get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void saysWhenTheServerRefusesTheKey() throws Exception {
        SshTestHost other = opened(new SshTestHost(rsaKey.getPublic(), ecKey));
        start(HostKeyCheck.TOFU);
        take(WEB);

        fails(other.port(), "exit 0 x", Failed.class)
                .isNotInstanceOf(Hopeless.class)
                .hasMessage("SSH 127.0.0.1:" + other.port() + " refused the key for ec2-user (" + WEB + ").");
        assertThat(other.authentications).hasPositiveValue();
    }

    @Test
    void explainsTheNullPointerExceptionOfAChannelThatIsRefused() throws Exception {
        host.server().setChannelFactories(List.of());
        start(HostKeyCheck.TOFU);
        take(WEB);

        fails(host.port(), "exit 0 x", Failed.class).hasMessageContaining("MaxSessions");
    }

    @Test
    void explainsTheNullPointerExceptionOfAMissingKey() throws Exception {
        start(HostKeyCheck.TOFU, Duration.ofMinutes(5), KeyPairProvider.EMPTY_KEYPAIR_PROVIDER);
        take(WEB);

        fails(host.port(), "exit 0 x", Failed.class).hasMessageContaining("no private key");
    }

    @Test
    void acceptsTheKeyThatTheConsoleShows() throws Exception {
        start(HostKeyCheck.STRICT);
        take(WEB);
        bootstraps.expectHostKeys(WEB, List.of(rsaKey.getPublic(), ecKey.getPublic()));

        assertThat(run(WEB, host.port(), "exit 0 ok")).isEqualTo("ok");
    }

    @Test
    void refusesAnotherHostKeyBeforeItAuthenticates() throws Exception {
        for (HostKeyCheck check : List.of(HostKeyCheck.STRICT, HostKeyCheck.TOFU)) {
            start(check);
            take(WEB);
            bootstraps.expectHostKeys(WEB, List.of(rsaKey.getPublic()));

            fails(host.port(), "exit 0 x", HostKeyMismatch.class)
                    .hasMessageContaining(WEB.value())
                    .hasMessageContaining("127.0.0.1:" + host.port())
                    .hasMessageContaining(KeyUtils.getFingerPrint(ecKey.getPublic()))
                    .hasMessageContaining(KeyUtils.getFingerPrint(rsaKey.getPublic()));
        }
        assertThat(host.connections).hasValue(2);
        assertThat(host.authentications).hasValue(0);
    }

    @Test
    void strictRefusesAnyKeyWhenTheConsoleShowsNone() throws Exception {
        start(HostKeyCheck.STRICT);
        take(WEB);

        fails(host.port(), "exit 0 x", Hopeless.class).hasMessageContaining("strict");
        assertThat(host.authentications).hasValue(0);
    }

    @Test
    void tofuRefusesAKeyThatChangesWhileTheInstanceIsInHand() throws Exception {
        SshTestHost impostor = opened(new SshTestHost(ours.getPublic(), rsaKey));
        start(HostKeyCheck.TOFU);
        take(WEB);
        run(WEB, host.port(), "exit 0 ok");

        fails(impostor.port(), "exit 0 x", Hopeless.class).hasMessageContaining("a moment ago");
        assertThat(impostor.authentications).hasValue(0);
    }

    @Test
    void offAcceptsAnyKey() throws Exception {
        start(HostKeyCheck.OFF);
        take(WEB);
        bootstraps.expectHostKeys(WEB, List.of(rsaKey.getPublic()));

        assertThat(run(WEB, host.port(), "exit 0 ok")).isEqualTo("ok");
    }

    /** What the console of an instance shows. */
    private enum Console {
        NOTHING,
        ITS_KEY,
        ITS_KEY_BUT_THE_BEGINNING_IS_CUT_OFF,
        HALF_OF_ITS_KEY,
        A_KEY_OF_ANOTHER_INSTANCE,
        A_KEY_OF_ANOTHER_TYPE;

        boolean showsNone() {
            return this == NOTHING || this == HALF_OF_ITS_KEY;
        }

        boolean showsAnother() {
            return this == A_KEY_OF_ANOTHER_INSTANCE || this == A_KEY_OF_ANOTHER_TYPE;
        }

        String text(PublicKey its, PublicKey another, PublicKey ofAnotherType) {
            String line = PublicKeyEntry.toString(its);
            return switch (this) {
                case NOTHING -> "booting";
                case ITS_KEY -> InstanceHost.consoleOutput(line);
                case ITS_KEY_BUT_THE_BEGINNING_IS_CUT_OFF ->
                    InstanceHost.consoleOutput(line).split("BEGIN SSH HOST KEY KEYS-----\r\n")[1];
                case HALF_OF_ITS_KEY -> line.substring(line.length() / 2) + "\n-----END SSH HOST KEY KEYS-----\n";
                case A_KEY_OF_ANOTHER_INSTANCE -> InstanceHost.consoleOutput(PublicKeyEntry.toString(another));
                case A_KEY_OF_ANOTHER_TYPE -> InstanceHost.consoleOutput(PublicKeyEntry.toString(ofAnotherType));
            };
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ecdsa", "rsa"})
    void believesAHostAsTheSettingAndItsConsoleSay(String type) throws Exception {
        KeyPair its = newKey(type);
        PublicKey another = newKey(type).getPublic();
        SshTestHost typed = opened(new SshTestHost(ours.getPublic(), its));
        for (HostKeyCheck check : HostKeyCheck.values()) {
            for (Console console : Console.values()) {
                start(check);
                take(WEB);
                int before = typed.authentications.get();
                String text = console.text(its.getPublic(), another, (type.equals("rsa") ? ecKey : rsaKey).getPublic());
                HostKeys hostKeys = new HostKeys(bootstraps, check);
                if (check == HostKeyCheck.STRICT && console.showsNone()) {
                    assertThatThrownBy(() -> hostKeys.expect(WEB, text)).isInstanceOf(HostKeysNotShown.class);
                    fails(typed.port(), "exit 0 x", HostKeyMismatch.class);
                } else {
                    hostKeys.expect(WEB, text);
                    if (check != HostKeyCheck.OFF && console.showsAnother()) {
                        fails(typed.port(), "exit 0 x", HostKeyMismatch.class)
                                .hasMessageContaining(KeyUtils.getFingerPrint(its.getPublic()));
                    } else {
                        assertThat(run(WEB, typed.port(), "exit 0 ok"))
                                .as("%s, %s, %s", check, console, type)
                                .isEqualTo("ok");
                        continue;
                    }
                }
                assertThat(typed.authentications)
                        .as("%s, %s, %s", check, console, type)
                        .hasValue(before);
            }
        }
    }

    @Test
    void aKeyThatTheConsoleShowsTooLateStillProvesAHostOrGivesItAway() throws Exception {
        start(HostKeyCheck.TOFU);
        take(WEB);
        run(WEB, host.port(), "exit 0 ok");
        assertThat(bootstraps.isUnproven(WEB)).isTrue();
        HostKeys hostKeys = new HostKeys(bootstraps, HostKeyCheck.TOFU);

        hostKeys.expect(WEB, "");
        assertThat(bootstraps.isUnproven(WEB)).isTrue();
        assertThatThrownBy(() ->
                        hostKeys.expect(WEB, InstanceHost.consoleOutput(PublicKeyEntry.toString(rsaKey.getPublic()))))
                .isInstanceOf(HostKeyMismatch.class)
                .hasMessageContaining(KeyUtils.getFingerPrint(ecKey.getPublic()))
                .hasMessageContaining(KeyUtils.getFingerPrint(rsaKey.getPublic()));
        fails(host.port(), "exit 0 x", HostKeyMismatch.class);

        hostKeys.expect(WEB, InstanceHost.consoleOutput(PublicKeyEntry.toString(ecKey.getPublic())));
        assertThat(bootstraps.isUnproven(WEB)).isFalse();
        hostKeys.expect(WEB, "scrolled away");
        assertThat(bootstraps.isUnproven(WEB)).isFalse();
    }

    private static KeyPair newKey(String type) throws Exception {
        if (type.equals("ed25519")) {
            return KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
        }
        KeyPairGenerator keys = KeyPairGenerator.getInstance(type.equals("rsa") ? "RSA" : "EC");
        keys.initialize(type.equals("rsa") ? 2048 : 256);
        return keys.generateKeyPair();
    }

    @Test
    void asksAServerWithSeveralHostKeysForTheOneThatIsExpected() throws Exception {
        SshTestHost both = opened(new SshTestHost(ours.getPublic(), ecKey, rsaKey));
        start(HostKeyCheck.STRICT);
        for (PublicKey expected : List.of(rsaKey.getPublic(), ecKey.getPublic())) {
            take(WEB);
            bootstraps.expectHostKeys(WEB, List.of(expected));
            assertThat(run(WEB, both.port(), "exit 0 ok")).isEqualTo("ok");
            bootstraps.end(WEB);
        }
    }

    @Test
    void cancellingEndsTheExchangeAtOnceAndOnlyThatOfItsInstance() throws Exception {
        SshTestHost one = host;
        start(HostKeyCheck.TOFU);
        take(WEB);
        take(DB);
        CompletableFuture<Object> web = runInBackground(WEB, one.port(), "hang");
        CompletableFuture<Object> db = runInBackground(DB, one.port(), "hang");
        await().untilAsserted(() -> assertThat(one.authentications.get()).isGreaterThanOrEqualTo(2));
        await().untilAsserted(() -> assertThat(one.sessions()).hasSize(2));

        bootstraps.cancel(WEB);

        assertThat(web)
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .havingRootCause()
                .isInstanceOf(InstanceGone.class);
        await().untilAsserted(() -> assertThat(one.sessions()).hasSize(1));
        assertThat(db).isNotDone();
        bootstraps.cancel(DB);
        assertThat(db)
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .havingRootCause()
                .isInstanceOf(InstanceGone.class);
    }

    @Test
    void cancellingEndsAWaitForASilentServer() throws Exception {
        start(HostKeyCheck.TOFU, Duration.ofMinutes(5), KeyPairProvider.wrap(ours), 50_000);
        take(WEB);
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Object> web = runInBackground(WEB, silent.getLocalPort(), "exit 0 x");
            silent.accept().close();
            bootstraps.cancel(WEB);
            assertThat(web)
                    .failsWithin(Duration.ofSeconds(5))
                    .withThrowableThat()
                    .havingRootCause()
                    .isInstanceOf(InstanceGone.class);
        }
    }

    @Test
    void doesNotConnectToACancelledInstance() throws Exception {
        start(HostKeyCheck.TOFU);
        take(WEB);
        bootstraps.cancel(WEB);

        fails(host.port(), "exit 0 x", InstanceGone.class);
        assertThat(host.connections).hasValue(0);
    }

    @Test
    void closesASessionThatComesUpAfterTheCancellation() throws Exception {
        start(HostKeyCheck.TOFU);
        take(WEB);
        take(DB);
        Target target = bootstraps.find(WEB).orElseThrow();
        Contact contact = target.contact("ec2-user", host.port());
        bootstraps.cancel(WEB);
        SshClient shared = client.build();

        org.apache.sshd.client.session.ClientSession[] late = new org.apache.sshd.client.session.ClientSession[1];
        late[0] = shared.connect(
                        new org.apache.sshd.client.config.hosts.HostConfigEntry(
                                DB.value(), "127.0.0.1", host.port(), "ec2-user"),
                        null,
                        null)
                .verify(Duration.ofSeconds(5))
                .getSession();
        contact.opened(late[0]);

        assertThat(late[0].isClosing()).isTrue();
    }

    @Test
    void usesOneClientForAllInstancesAndNoMoreThreadsForMoreOfThem() throws Exception {
        start(HostKeyCheck.TOFU);
        SshClient first = client.build();
        for (int i = 1; i <= 25; i++) {
            runOn(i);
        }

        assertThat(client.build(true)).isSameAs(first);
        assertThat(first.isStarted()).isTrue();
        await().untilAsserted(() -> assertThat(clientThreads()).hasSizeLessThanOrEqualTo(10));
    }

    private void runOn(int number) throws Exception {
        InstanceId instance = new InstanceId(String.format("i-%017x", number));
        take(instance);
        assertThat(run(instance, host.port(), "exit 0 " + number)).isEqualTo("" + number);
        bootstraps.end(instance);
    }

    @Test
    void stopsTheClientOnlyWithTheBean() throws Exception {
        start(HostKeyCheck.TOFU);
        SshClient shared = client.build();

        shared.stop();
        assertThat(shared.isStarted()).isTrue();

        client.close();
        assertThat(shared.isStarted()).isFalse();
        assertThatThrownBy(() -> client.build()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void takesNothingFromTheHomeDirectoryAndHasThePromisedLimits() throws Exception {
        start(HostKeyCheck.TOFU);
        client.close();
        try (SharedSshClient real = new SharedSshClient(settings(HostKeyCheck.TOFU), bootstraps)) {
            SshClient shared = real.build();

            assertThat(shared.getKeyExchangeFactories().get(0).getName()).isEqualTo("curve25519-sha256");
            assertThat(shared.getKeyIdentityProvider().loadKeys(null)).isEmpty();
            assertThat(shared.getAgentFactory()).isNull();
            assertThat(CoreModuleProperties.IO_CONNECT_TIMEOUT.get(shared)).contains(Duration.ofSeconds(15));
            assertThat(CoreModuleProperties.HEARTBEAT_INTERVAL.get(shared)).contains(Duration.ofSeconds(15));
            assertThat(CoreModuleProperties.HEARTBEAT_NO_REPLY_MAX.get(shared)).contains(3);
            assertThat(CoreModuleProperties.IDLE_TIMEOUT.get(shared)).contains(Duration.ZERO);
        }
    }

    @Test
    void connectsToNothingButInstancesInHand() throws Exception {
        start(HostKeyCheck.TOFU);

        fails(host.port(), "exit 0 x", Failed.class).hasMessageContaining("in hand");
        assertThat(host.connections).hasValue(0);
    }

    @Test
    void saysWhenAnInstanceHasNoAddressYet() throws Exception {
        start(HostKeyCheck.TOFU);
        bootstraps.begin(WEB);

        fails(host.port(), "exit 0 x", Failed.class).hasMessageContaining("no address of " + WEB);
    }

    private void take(InstanceId instance) {
        bootstraps.begin(instance);
        bootstraps.reach(instance, "127.0.0.1");
    }

    private Object run(InstanceId instance, int port, String command) throws Exception {
        Exchange result = producer.request("direct:run-on-instance", exchange -> {
            exchange.setVariable("instance", instance);
            exchange.setVariable("port", port);
            exchange.getMessage().setBody(command);
        });
        if (result.getException() != null) {
            throw result.getException();
        }
        return result.getMessage().getBody();
    }

    private CompletableFuture<Object> runInBackground(InstanceId instance, int port, String command) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return run(instance, port, command);
            } catch (Exception e) {
                throw new java.util.concurrent.CompletionException(e);
            }
        });
    }

    private org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> fails(
            int port, String command, Class<? extends Exception> kind) {
        return assertThatThrownBy(() -> run(WEB, port, command)).isInstanceOf(kind);
    }

    private void start(HostKeyCheck check) throws Exception {
        start(check, Duration.ofMinutes(5));
    }

    private void start(HostKeyCheck check, Duration sessionLimit) throws Exception {
        start(check, sessionLimit, KeyPairProvider.wrap(ours));
    }

    private void start(HostKeyCheck check, Duration sessionLimit, KeyPairProvider key) throws Exception {
        start(check, sessionLimit, key, 3_000);
    }

    private void start(HostKeyCheck check, Duration sessionLimit, KeyPairProvider key, int timeout) throws Exception {
        bootstraps = opened(new Bootstraps(sessionLimit, new MemoryClaims()));
        client = opened(new SharedSshClient(settings(check), bootstraps, Duration.ofSeconds(3), Duration.ofSeconds(1)));
        camel = opened(new DefaultCamelContext());
        camel.getRegistry().bind("sshClient", client);
        camel.getRegistry().bind("sshKey", key);
        camel.getRegistry().bind("remote", new Remote(bootstraps));
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:run-on-instance")
                        .errorHandler(noErrorHandler())
                        .doTry()
                        .toD(
                                "ssh:ec2-user@${variable.instance}:${variable.port}?clientBuilder=#sshClient"
                                        + "&keyPairProvider=#sshKey&timeout=" + timeout,
                                -1)
                        .bean("remote", "check")
                        .doCatch(Exception.class)
                        .bean("remote", "explain")
                        .end();
            }
        });
        camel.start();
        producer = opened(camel.createProducerTemplate());
    }

    private static SshSettings settings(HostKeyCheck check) {
        return new SshSettings(
                "ec2-user",
                Path.of("key"),
                Optional.empty(),
                22,
                AddressChoice.PRIVATE,
                check,
                50,
                Duration.ofMinutes(5));
    }

    private <T extends AutoCloseable> T opened(T closeable) {
        open.add(closeable);
        return closeable;
    }

    private static List<String> clientThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.contains("Client[") || name.contains("ssh-deadlines"))
                .toList();
    }
}
