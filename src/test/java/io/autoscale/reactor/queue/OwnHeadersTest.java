package io.autoscale.reactor.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnHeadersTest {

    private final OwnHeaders filter = new OwnHeaders();
    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext(false));

    @ParameterizedTest
    @ValueSource(strings = {"attempt", "checks", "launchAttempts"})
    void theReactorsOwnNumbersCrossAQueueBothWaysAndNothingElseUnderTheirNames(String name) {
        assertThat(filter.applyFilterToCamelHeaders(name, 1, exchange)).isFalse();
        assertThat(filter.applyFilterToExternalHeaders(name, 1, exchange)).isFalse();
        assertThat(filter.applyFilterToExternalHeaders(name, "1", exchange)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"failure", "failureKind", "failedAt"})
    void theReactorsOwnTextsCrossAQueueBothWays(String name) {
        assertThat(filter.applyFilterToCamelHeaders(name, "x", exchange)).isFalse();
        assertThat(filter.applyFilterToExternalHeaders(name, "x", exchange)).isFalse();
        assertThat(filter.applyFilterToExternalHeaders(name, 1, exchange)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CamelHttpUri", "CAmelHttpUri", "CamelJmsDestinationName", "X-Auth-Token", "Attempt", ""})
    void noOtherHeaderCrossesAQueue(String name) {
        assertThat(filter.applyFilterToCamelHeaders(name, "x", exchange)).isTrue();
        assertThat(filter.applyFilterToExternalHeaders(name, "x", exchange)).isTrue();
    }
}
