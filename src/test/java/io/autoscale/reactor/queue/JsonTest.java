package io.autoscale.reactor.queue;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{}", "[]", "7", "secret-text", "{\"work\":\"BOOTSTRAP\"}"})
    void whatIsNoEventIsUnreadableAndNotRepeated(String text) {
        assertThatThrownBy(() -> new Json(new ObjectMapper()).event(text))
                .isInstanceOf(Unreadable.class)
                .hasMessageNotContaining("secret-text");
    }
}
