package io.autoscale.reactor.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.camel.RuntimeCamelException;
import org.junit.jupiter.api.Test;

class CauseTest {

    @Test
    void whatAFailureExplainsIsNotTheFailure() {
        Outage outage = new Outage("salt-api", "salt-api does not answer", new IOException("Connection refused"));
        outage.addSuppressed(new IllegalStateException("first try"));
        assertThat(Cause.of(outage)).isSameAs(outage);
    }

    @Test
    void whatCamelWrapsAroundAFailureIsNotTheFailure() {
        Outage outage = new Outage("EC2", "AWS answers Throttling.", new IOException("503"));
        assertThat(Cause.of(new RuntimeCamelException(new RuntimeCamelException(outage))))
                .isSameAs(outage);
    }

    @Test
    void aFailureOfCamelItselfStaysWhatItIs() {
        RuntimeCamelException failure = new RuntimeCamelException("no such endpoint");
        assertThat(Cause.of(failure)).isSameAs(failure);
    }
}
