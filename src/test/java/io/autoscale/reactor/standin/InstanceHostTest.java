package io.autoscale.reactor.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.InstanceHost.Behaviour;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InstanceHostTest {

    private static final String ID = "i-0123456789abcdef0";
    private static final String BOOTSTRAP =
            "timeout 60 sh -c 'echo '\\''hello=1'\\''' bootstrap.sh 'master=salt' 'id=" + ID + "' 'grains={}'";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final KeyPair pair = InstanceHost.ecKey();
    private final Map<String, String> minions = new ConcurrentHashMap<>();
    private final AtomicReference<String> seenHostKey = new AtomicReference<>();
    private InstanceHost host;
    private SshClient client;

    @BeforeEach
    void start() {
        host = new InstanceHost(pair.getPublic(), new InstanceHost.Minions() {
            @Override
            public void minion(String id, String publicKey) {
                minions.put(id, publicKey);
            }

            @Override
            public void stopMinion(String id) {
                minions.remove(id);
            }
        });
        host.duration(Duration.ZERO);
        client = SshClient.setUpDefaultClient();
        client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
        client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        client.setServerKeyVerifier((session, address, key) -> {
            seenHostKey.set(PublicKeyEntry.toString(key));
            return true;
        });
        client.start();
    }

    @AfterEach
    void stop() throws IOException {
        client.stop();
        host.close();
    }

    @Test
    void bootstrapStartsAMinionAndPrintsItsKey() throws Exception {
        Result result = run(BOOTSTRAP);
        assertThat(result.exitCode()).isZero();
        assertThat(result.stdout())
                .startsWith("#reactor minion-key begin\n-----BEGIN PUBLIC KEY-----\n")
                .endsWith("\n-----END PUBLIC KEY-----\n#reactor minion-key end\n")
                .contains(minions.get(ID));
        assertThat(host.minionKey(ID)).hasValue(minions.get(ID));
        assertThat(host.commands()).containsExactly(Map.of("master", "salt", "id", ID, "grains", "{}"));
    }

    @Test
    void keyIsMadeOnceAndShownOnRequest() throws Exception {
        String showKey = "sh -c x bootstrap.sh 'action=show-key' 'id=" + ID + "'";
        assertThat(run(showKey).exitCode()).isEqualTo(3);
        String key = run(BOOTSTRAP).stdout();
        assertThat(run(showKey).stdout()).isEqualTo(key);
        assertThat(run(BOOTSTRAP).stdout()).isEqualTo(key);
        assertThat(host.runs(ID)).isEqualTo(2);
    }

    @Test
    void stopStopsTheMinion() throws Exception {
        run(BOOTSTRAP);
        assertThat(run("x 'action=stop' 'id=" + ID + "'").exitCode()).isZero();
        assertThat(minions).isEmpty();
    }

    @Test
    void argumentsThatMakeNoSenseAreRefused() throws Exception {
        assertThat(run("sh bootstrap.sh 'master=salt'").exitCode()).isEqualTo(64);
        assertThat(run("sh bootstrap.sh 'master=salt' 'id=i-*'").exitCode()).isEqualTo(64);
        assertThat(run("sh bootstrap.sh 'id=" + ID + "'").stderr()).contains("master: expected");
        assertThat(minions).isEmpty();
    }

    @Test
    void failureHasItsCodeAndText() throws Exception {
        host.behaveOnce(ID, Behaviour.fails(69, "Salt can't be installed"));
        Result failed = run(BOOTSTRAP);
        assertThat(failed.exitCode()).isEqualTo(69);
        assertThat(failed.stderr()).isEqualTo("bootstrap.sh: Salt can't be installed (exit code 69)\n");
        assertThat(minions).isEmpty();
        assertThat(run(BOOTSTRAP).exitCode()).isZero();
    }

    @Test
    void secondRunMeanwhileIsTurnedAwayByTheLock() throws Exception {
        host.behave(Behaviour.hangs());
        try (ClientSession session = connect();
                ChannelExec first = session.createExecChannel(BOOTSTRAP)) {
            first.open().verify(PATIENCE);
            await().until(() -> host.running(ID));
            assertThat(run(BOOTSTRAP).exitCode()).isEqualTo(75);
            host.heal();
            first.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), PATIENCE);
            assertThat(first.getExitStatus()).isZero();
        }
        assertThat(host.running(ID)).isFalse();
        assertThat(host.runs(ID)).isOne();
        assertThat(host.maxConcurrent()).isOne();
        assertThat(host.maxConcurrent(ID)).isEqualTo(2);
    }

    @Test
    void scriptGoesOnWhenItsConnectionDrops() throws Exception {
        host.behave(Behaviour.drops());
        assertThat(run(BOOTSTRAP).exitCode()).isNull();
        await().untilAsserted(() -> assertThat(minions).containsKey(ID));
    }

    @Test
    void instanceThatIsOffAnswersNothingAndHasNoMinion() throws Exception {
        host.behave(Behaviour.hangs());
        try (ClientSession session = connect();
                ChannelExec running = session.createExecChannel(BOOTSTRAP)) {
            running.open().verify(PATIENCE);
            await().until(() -> host.running(ID));
            host.powerOff(ID);
            running.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), PATIENCE);
            assertThat(running.getExitStatus()).isNull();
        }
        await().until(() -> !host.running(ID));
        assertThat(run(BOOTSTRAP).exitCode()).isNull();
        assertThat(minions).isEmpty();
    }

    @Test
    void hostKeyIsTheOneOnTheConsole() throws Exception {
        run(BOOTSTRAP);
        assertThat(seenHostKey.get()).isEqualTo(host.hostKeyLine());
        assertThat(host.consoleOutput())
                .contains("-----BEGIN SSH HOST KEY KEYS-----\r\n" + host.hostKeyLine() + "\r\n");
    }

    @Test
    void onlyTheOneKeyIsLetIn() {
        assertThatThrownBy(() -> connect(InstanceHost.ecKey())).isInstanceOf(SshException.class);
    }

    @Test
    void refusesUntilHealed() throws Exception {
        host.refuse();
        assertThatThrownBy(this::connect).isInstanceOf(SshException.class);
        host.heal();
        assertThat(run(BOOTSTRAP).exitCode()).isZero();
    }

    @Test
    void wordsAreSplitAsAShellDoes() {
        assertThat(InstanceHost.words("a 'b c' 'it'\\''s' \"d \\\" e\" f\\ g ''"))
                .containsExactly("a", "b c", "it's", "d \" e", "f g", "");
        assertThat(InstanceHost.arguments("x=1 sh 'id=a' 'grains={\"a\": \"it'\\''s\"}' 'sha256='"))
                .isEqualTo(Map.of("id", "a", "grains", "{\"a\": \"it's\"}", "sha256", ""));
    }

    private ClientSession connect() throws IOException {
        return connect(pair);
    }

    private ClientSession connect(KeyPair identity) throws IOException {
        ClientSession session = client.connect("ec2-user", "127.0.0.1", host.port())
                .verify(PATIENCE)
                .getSession();
        session.addPublicKeyIdentity(identity);
        session.auth().verify(PATIENCE);
        return session;
    }

    private Result run(String command) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (ClientSession session = connect();
                ChannelExec channel = session.createExecChannel(command)) {
            channel.setOut(out);
            channel.setErr(err);
            channel.open().verify(PATIENCE);
            channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), PATIENCE);
            return new Result(channel.getExitStatus(), out.toString(), err.toString());
        }
    }

    /** The exit code is null if the connection ended without one. */
    private record Result(Integer exitCode, String stdout, String stderr) {}
}
