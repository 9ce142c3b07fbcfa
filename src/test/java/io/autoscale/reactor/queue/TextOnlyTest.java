package io.autoscale.reactor.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

class TextOnlyTest {

    private final TextOnly converter = new TextOnly();

    @Test
    void aTextMessageIsRead() throws Exception {
        assertThat(converter.fromMessage(message(TextMessage.class, "{}"))).isEqualTo("{}");
    }

    @Test
    void anEmptyTextMessageReadsAsEmptyText() throws Exception {
        assertThat(converter.fromMessage(message(TextMessage.class, null))).isEqualTo("");
    }

    @Test
    void anObjectMessageIsNeverOpened() throws Exception {
        // Any call of a method of this message would fail.
        assertThat(converter.fromMessage(message(ObjectMessage.class, null))).isEqualTo("");
    }

    @Test
    void nothingButTextIsWritten() {
        Session none = proxy(Session.class, null);

        assertThatThrownBy(() -> converter.toMessage(new java.util.Date(), none))
                .isInstanceOf(JMSException.class)
                .hasMessageContaining("java.util.Date");
        assertThatThrownBy(() -> converter.toMessage(null, none)).isInstanceOf(JMSException.class);
    }

    private static <T extends Message> T message(Class<T> type, String text) {
        return proxy(type, text);
    }

    private static <T> T proxy(Class<T> type, String text) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            if (method.getName().equals("getText")) {
                return text;
            }
            throw new AssertionError(method + " was called");
        }));
    }
}
