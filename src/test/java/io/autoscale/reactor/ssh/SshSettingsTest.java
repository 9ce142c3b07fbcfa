package io.autoscale.reactor.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SshSettingsTest {

    @Test
    void neverShowsThePassphrase() {
        assertThat(settings("ec2-user", 22, 50, Duration.ofMinutes(30)))
                .asString()
                .contains("ec2-user")
                .doesNotContain("open sesame");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "root@host", "-x", "x/y", "x?y=z", "ü", "a\nb"})
    void refusesAUserThatIsNoLoginName(String user) {
        assertThatThrownBy(() -> settings(user, 22, 50, Duration.ofMinutes(30)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("login name");
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThatThrownBy(() -> settings("root", 0, 50, Duration.ofMinutes(30)))
                .hasMessageContaining("port");
        assertThatThrownBy(() -> settings("root", 65536, 50, Duration.ofMinutes(30)))
                .hasMessageContaining("port");
        assertThatThrownBy(() -> settings("root", 22, 0, Duration.ofMinutes(30)))
                .hasMessageContaining("at least 1");
        assertThatThrownBy(() -> settings("root", 22, 50, Duration.ZERO)).hasMessageContaining("at least 1s");
    }

    @Test
    void choosesTheAddress() {
        Optional<String> inside = Optional.of("10.0.3.7");
        Optional<String> outside = Optional.of("198.51.100.7");

        assertThat(AddressChoice.PRIVATE.choose(inside, outside)).isEqualTo(inside);
        assertThat(AddressChoice.PUBLIC.choose(inside, outside)).isEqualTo(outside);
        assertThat(AddressChoice.PUBLIC.choose(inside, Optional.empty())).isEmpty();
        assertThat(AddressChoice.AUTO.choose(inside, outside)).isEqualTo(outside);
        assertThat(AddressChoice.AUTO.choose(inside, Optional.empty())).isEqualTo(inside);
    }

    private static SshSettings settings(String user, int port, int concurrency, Duration timeout) {
        return new SshSettings(
                user,
                Path.of("key"),
                Optional.of("open sesame"),
                port,
                AddressChoice.PRIVATE,
                HostKeyCheck.TOFU,
                concurrency,
                timeout);
    }
}
