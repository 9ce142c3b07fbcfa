package io.autoscale.reactor.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.failure.InstanceGone;
import io.autoscale.reactor.standin.MemoryClaims;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BootstrapsTest {

    private static final InstanceId WEB = new InstanceId("i-0123456789abcdef0");
    private static final InstanceId DB = new InstanceId("i-0123456789abcdef1");

    private final Bootstraps bootstraps = new Bootstraps(Duration.ofMinutes(1), new MemoryClaims());

    @AfterEach
    void close() {
        bootstraps.close();
    }

    @Test
    void takesAnInstanceInHandOnlyOnce() {
        assertThat(bootstraps.begin(WEB)).isTrue();
        assertThat(bootstraps.begin(WEB)).isFalse();
        assertThat(bootstraps.begin(DB)).isTrue();

        bootstraps.end(WEB);
        assertThat(bootstraps.begin(WEB)).isTrue();
    }

    @Test
    void tellsOfACancellationAsLongAsTheInstanceIsInHand() {
        bootstraps.begin(WEB);
        bootstraps.begin(DB);

        bootstraps.cancel(WEB);

        assertThatThrownBy(() -> bootstraps.checkAlive(WEB))
                .isInstanceOf(InstanceGone.class)
                .hasMessageContaining(WEB.value());
        assertThatCode(() -> bootstraps.checkAlive(DB)).doesNotThrowAnyException();
        bootstraps.end(WEB);
        assertThatCode(() -> bootstraps.checkAlive(WEB)).doesNotThrowAnyException();
    }

    @Test
    void toleratesWhatIsNotInHand() {
        assertThatCode(() -> {
                    bootstraps.cancel(WEB);
                    bootstraps.end(WEB);
                    bootstraps.checkAlive(WEB);
                })
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> bootstraps.reach(WEB, "10.0.3.7")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> bootstraps.expectHostKeys(WEB, List.of())).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "10.0.3.7\r\nWARN forged", "http://x", "-;x'"})
    void refusesWhatIsNoAddress(String address) {
        bootstraps.begin(WEB);

        assertThatThrownBy(() -> bootstraps.reach(WEB, address)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.3.7", "fd00::1", "ip-10-0-3-7.ec2.internal"})
    void takesAnAddress(String address) throws Exception {
        bootstraps.begin(WEB);
        bootstraps.reach(WEB, address);

        assertThat(bootstraps.find(WEB.value()).address()).isEqualTo(address);
    }
}
