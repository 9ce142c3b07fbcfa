package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Settings that come from the environment. */
class EnvironmentTest {

    @Test
    void portsAreTakenThoughCamelLeavesThemOut() {
        assertThat(Reactor.ports(Map.of("CAMEL_SERVER_PORT", "8443", "CAMEL_MANAGEMENT_PORT", "9999")))
                .containsOnly(Map.entry("camel.server.port", "8443"), Map.entry("camel.management.port", "9999"));
    }

    @Test
    void portsThatAreNotSetAreLeftToTheFile() {
        assertThat(Reactor.ports(Map.of("PATH", "/bin"))).isEmpty();
    }
}
