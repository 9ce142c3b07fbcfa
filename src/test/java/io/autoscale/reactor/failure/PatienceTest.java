package io.autoscale.reactor.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class PatienceTest {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final Map<Class<? extends Exception>, Duration> LIMITS = Map.of(
            Outage.class, Duration.ofHours(1),
            Failed.class, Duration.ofMinutes(1));

    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext(false));

    @Test
    void lastsFromTheFirstFailureOfAKind() {
        assertThat(isLeft(NOON, new Outage("salt-api", "first"))).isTrue();
        assertThat(isLeft(NOON.plusSeconds(3_599), new Outage("salt-api", "second")))
                .isTrue();
        assertThat(isLeft(NOON.plusSeconds(3_600), new Outage("salt-api", "third")))
                .isFalse();
    }

    @Test
    void isCountedForEachKindByItself() {
        assertThat(isLeft(NOON, new Outage("salt-api", "an outage"))).isTrue();
        assertThat(isLeft(NOON.plusSeconds(3_000), new Failed("another kind"))).isTrue();
        assertThat(isLeft(NOON.plusSeconds(3_060), new Failed("another kind"))).isFalse();
        assertThat(isLeft(NOON.plusSeconds(3_060), new Outage("salt-api", "an outage")))
                .isTrue();
    }

    @Test
    void isNoneForAKindWithoutALimit() {
        assertThat(isLeft(NOON, new InstanceGone("gone"))).isFalse();
    }

    @Test
    void isCountedAnewForAnotherMessage() {
        isLeft(NOON, new Outage("salt-api", "first"));
        Exchange other = new DefaultExchange(exchange.getContext());

        assertThat(patience(NOON.plusSeconds(7_200)).isLeft(other, new Outage("salt-api", "first")))
                .isTrue();
    }

    private boolean isLeft(Instant now, Exception failure) {
        return patience(now).isLeft(exchange, failure);
    }

    private static Patience patience(Instant now) {
        return new Patience(
                LIMITS,
                new Outages(Duration.ofMinutes(5), Clock.fixed(now, ZoneOffset.UTC)),
                Clock.fixed(now, ZoneOffset.UTC));
    }
}
