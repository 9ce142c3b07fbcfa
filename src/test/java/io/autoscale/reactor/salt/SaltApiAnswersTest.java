package io.autoscale.reactor.salt;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.Outages;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SaltApiAnswersTest {

    private final SaltApi api = new SaltApi(
            new SaltSettings(
                    URI.create("http://127.0.0.1:8000"),
                    "reactor",
                    "secret",
                    "pam",
                    "salt",
                    Duration.ofSeconds(60),
                    Optional.empty()),
            new ObjectMapper(),
            new Outages(Duration.ofMinutes(5), Clock.systemUTC()));

    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "'\\u0085', ''",
        "'\\n \\u0085\\u2028', ''",
        "'Traceback:\\nKeyError: a\\n', 'KeyError: a'",
        "'KeyError: a\\r\\n\\u0085', 'KeyError: a'"
    })
    void aFunctionThatFailsIsToldByTheLastLineOfWhatItSays(String said, String told) {
        String answer = "{\"return\":[{\"data\":{\"success\":false,\"return\":\"" + said + "\"}}]}";
        assertThatThrownBy(() -> api.answer(answer, 200, Map.of("fun", "key.delete_dict", "client", "wheel")))
                .isInstanceOf(Failed.class)
                .hasMessage("Salt's key.delete_dict failed: " + told);
    }
}
