package io.autoscale.reactor.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.InstanceGone;
import io.autoscale.reactor.salt.MinionKey;
import io.autoscale.reactor.standin.MemoryClaims;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RemoteTest {

    private static final InstanceId WEB = new InstanceId("i-0123456789abcdef0");
    private static String pem;

    private final Bootstraps bootstraps = new Bootstraps(Duration.ofMinutes(1), new MemoryClaims());
    private final Remote remote = new Remote(bootstraps);

    @BeforeAll
    static void makeKey() throws Exception {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
        keys.initialize(2048);
        pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(keys.generateKeyPair().getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    @AfterEach
    void close() {
        bootstraps.close();
    }

    @Test
    void findsTheMinionKeyBetweenItsMarks() throws Exception {
        String output = "noise\n" + marked("older") + "more noise\r\n" + marked(pem) + "end\n";

        assertThat(remote.minionKey(WEB, output)).isEqualTo(new MinionKey(pem));
    }

    @Test
    void failsWithoutAValidMinionKey() {
        failsOn("", "printed no minion key");
        failsOn(pem, "printed no minion key");
        failsOn("#reactor minion-key begin\n" + pem, "cut off");
        failsOn(marked("sensitive"), "bad minion key");
        failsOn(marked(pem + pem), "bad minion key");
    }

    @Test
    void findsNoKeyWhereNoneIsShown() throws Exception {
        assertThat(remote.shownKey(WEB, "")).isEmpty();
        assertThat(remote.shownKey(WEB, marked(pem))).contains(new MinionKey(pem));
    }

    @Test
    void quotesOnlyTheLastLinesOfTheErrorOutput() {
        StringBuilder errors = new StringBuilder();
        for (int i = 1; i <= 100; i++) {
            errors.append("line ").append(i).append("\r\n\u0000\u2028");
        }

        assertThatThrownBy(() -> remote.check(WEB, 1, stream(""), stream(errors.toString())))
                .isInstanceOf(Failed.class)
                .hasMessageContaining("line 81 | line 82")
                .hasMessageEndingWith("line 100")
                .hasMessageNotContaining("line 80 ")
                .message()
                .doesNotContainPattern("[\\p{C}\\p{Zl}]");
        assertThatThrownBy(() -> remote.check(WEB, 1, stream(""), stream("x".repeat(100_000))))
                .message()
                .hasSizeLessThan(2200);
    }

    @Test
    void tellsOfTheCancellationWhateverTheExchangeFailedOf() {
        bootstraps.begin(WEB);
        bootstraps.cancel(WEB);

        assertThatThrownBy(() -> remote.check(WEB, null, stream(""), stream("")))
                .isInstanceOf(InstanceGone.class);
        assertThatThrownBy(() -> remote.explain(WEB, new Failed("lost"))).isInstanceOf(InstanceGone.class);
    }

    @Test
    void passesKnownFailuresOn() {
        for (Exception known : new Exception[] {
            new Failed("lost"), new SshNotReady("wait"), new BootstrapRunning("wait"), new InstanceGone("gone")
        }) {
            assertThatThrownBy(() -> remote.explain(WEB, known)).isSameAs(known);
        }
    }

    private void failsOn(String output, String reason) {
        assertThatThrownBy(() -> remote.minionKey(WEB, output))
                .isInstanceOf(Failed.class)
                .hasMessageContaining(WEB.value())
                .hasMessageContaining(reason)
                .hasMessageNotContaining("sensitive");
    }

    private static String marked(String key) {
        return "#reactor minion-key begin\n" + key + "#reactor minion-key end\n";
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
