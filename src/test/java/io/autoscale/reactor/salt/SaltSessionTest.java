package io.autoscale.reactor.salt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.Outage;
import io.autoscale.reactor.standin.SettableClock;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SaltSessionTest {

    private static final String LOGIN = "{\"return\":[{\"token\":\"t\",\"expire\":"
            + SettableClock.NOON.plusSeconds(600).getEpochSecond() + ".47}]}";

    private final SettableClock clock = new SettableClock();
    private final SaltSession session = new SaltSession(
            new SaltSettings(
                    URI.create("https://salt:8000"),
                    "reactor",
                    "secret",
                    "pam",
                    "salt",
                    Duration.ofMinutes(1),
                    Optional.empty()),
            new ObjectMapper(),
            clock);

    @Test
    void isClosedAtFirst() {
        assertThat(session.isOpen()).isFalse();
        assertThat(session.token()).isEmpty();
    }

    @Test
    void isOpenUntilAMinuteBeforeItsTokenExpires() throws Exception {
        session.begin(LOGIN, 200);
        assertThat(session.token()).isEqualTo("t");

        clock.advance(Duration.ofSeconds(539));
        assertThat(session.isOpen()).isTrue();
        clock.advance(Duration.ofSeconds(1));
        assertThat(session.isOpen()).isFalse();
    }

    @Test
    void isForgottenWhenClosed() throws Exception {
        session.begin(LOGIN, 200);

        session.close();

        assertThat(session.isOpen()).isFalse();
        assertThat(session.token()).isEmpty();
    }

    @Test
    void aFailedLoginIsExplainedWithoutThePassword() {
        assertThatThrownBy(() -> session.begin("", 401))
                .isInstanceOf(Failed.class)
                .hasMessageContaining("reactor.salt.eauth")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> session.begin("", 503)).isInstanceOf(Outage.class);
        assertThatThrownBy(() -> session.begin("<html>", 200)).isInstanceOf(Failed.class);
        assertThatThrownBy(() -> session.begin("{}", 200)).isInstanceOf(Failed.class);
        assertThat(session.isOpen()).isFalse();
    }
}
