package io.autoscale.reactor.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.standin.SettableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OutagesTest {

    private final SettableClock clock = new SettableClock();
    private final Instant noon = clock.instant();
    private final Outages outages = new Outages(Duration.ofMinutes(5), clock);

    @Test
    void oneThatOutlastsPatienceIsToldOnceAndOnceMoreWhenItIsOver() {
        outages.met(new Outage("salt-api", "refused"));
        clock.advance(Duration.ofMinutes(4));
        outages.met(new Outage("salt-api", "503\r\n"));
        assertThat(outages.news()).isEmpty();

        clock.advance(Duration.ofMinutes(1));
        assertThat(outages.news()).containsExactly(new Outages.News("salt-api", noon, "503", false));
        clock.advance(Duration.ofHours(1));
        outages.met(new Outage("salt-api", "504"));
        assertThat(outages.news()).isEmpty();

        outages.answered("salt-api");
        assertThat(outages.news()).containsExactly(new Outages.News("salt-api", noon, "504", true));
        assertThat(outages.news()).isEmpty();
    }

    @Test
    void oneThatIsOverBeforeIsNotTold() {
        outages.met(new Outage("salt-api", "refused"));
        clock.advance(Duration.ofMinutes(4));
        outages.answered("salt-api");
        outages.met(new Outage("salt-api", "refused again"));
        clock.advance(Duration.ofMinutes(4));

        assertThat(outages.news()).isEmpty();
    }

    @Test
    void eachSystemIsToldByItself() {
        outages.met(new Outage("EC2", "throttled"));
        outages.answered("salt-api");
        clock.advance(Duration.ofMinutes(5));

        assertThat(outages.news()).extracting(Outages.News::system).containsExactly("EC2");
    }
}
