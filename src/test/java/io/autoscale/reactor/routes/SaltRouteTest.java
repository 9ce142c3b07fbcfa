package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.Outage;
import io.autoscale.reactor.salt.MinionKeys;
import java.net.ConnectException;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SaltRouteTest extends RoutesTest {

    @Test
    void logsInOnceForManyCalls() {
        call();
        call();
        call();

        assertThat(master.logins()).isEqualTo(1);
        assertThat(master.tokens()).containsExactly("token-1", "token-1", "token-1");
    }

    @Test
    void givesWhatTheFunctionReturned() {
        master.key("minions", ID, KEY);

        assertThat(call().getMessage().getBody()).isEqualTo(Map.of("minions", Map.of(ID, KEY)));
    }

    @Test
    void leavesNoHeaderOfTheAnswer() {
        assertThat(call().getMessage().getHeaders()).isEmpty();
    }

    @Test
    void logsInOnceMoreIfTheTokenIsRefused() {
        call();
        master.reply("key.print", 401, "");

        assertThat(call().getException()).isNull();

        assertThat(master.logins()).isEqualTo(2);
        assertThat(master.tokens()).containsExactly("token-1", "token-1", "token-2");
    }

    @Test
    void aSecondRefusalMeansThatTheFunctionIsNotPermitted() {
        master.reply("key.print", 401, "");
        master.reply("key.print", 401, "");

        assertThat(call().getException())
                .isInstanceOf(Failed.class)
                .hasMessageContaining("key.print")
                .hasMessageContaining("external_auth")
                .hasMessageNotContaining("secret");
    }

    @Test
    void refusedCredentialsAreAFailure() {
        master.reply("login", 401, "");

        assertThat(call().getException())
                .isExactlyInstanceOf(Failed.class)
                .hasMessageContaining("reactor.salt.password")
                .hasMessageNotContaining("secret");
        assertThat(master.functions()).isEmpty();
    }

    @Test
    void anErrorWithinTheFunctionIsAFailureThoughTheStatusIs200() {
        master.reply(
                "key.print",
                200,
                "{\"return\":[{\"data\":{\"success\":false,\"return\":\"Traceback:\\n ...\\nSaltError: no such key\"}}]}");

        assertThat(call().getException())
                .isInstanceOf(Failed.class)
                .hasMessageContaining("key.print")
                .hasMessageContaining("SaltError: no such key")
                .hasMessageNotContaining("Traceback");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503, 504})
    void aStatusThatPassesIsAnOutage(int status) {
        master.reply("key.print", status, "<p>The Salt Master is not running.</p>");

        assertThat(call().getException())
                .isInstanceOf(Outage.class)
                .hasMessageContaining(String.valueOf(status))
                .hasMessageContaining("The Salt Master is not running.");
    }

    @Test
    void aLoginThatIsNotPossibleNowIsAnOutage() {
        master.reply("login", 503, "");

        assertThat(call().getException()).isInstanceOf(Outage.class);
    }

    @Test
    void noConnectionIsAnOutage() {
        master.onCall(() -> sneaky(new ConnectException("Connection refused")));

        assertThat(call().getException())
                .isInstanceOf(Outage.class)
                .hasMessageContaining("http://127.0.0.1:8000")
                .hasMessageContaining("Connection refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "{}", "{\"return\":[]}", "[]"})
    void anAnswerThatIsNotSaltsIsAFailure(String body) {
        master.reply("key.print", 200, body);

        assertThat(call().getException()).isExactlyInstanceOf(Failed.class).hasMessageContaining("not Salt's");
    }

    private Exchange call() {
        return template.send(
                "direct:salt", exchange -> exchange.getMessage().setBody(new MinionKeys().print(INSTANCE)));
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void sneaky(Exception e) throws E {
        throw (E) e;
    }
}
