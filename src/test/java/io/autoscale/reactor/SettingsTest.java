package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    @TempDir
    Path home;

    private final Map<String, String> values = new HashMap<>();

    @Test
    void allProblemsAreSaidAtOnce() {
        values.put("reactor.bootstrap.attempts", "many");
        values.put("reactor.patience.ssh", "15");
        values.put("reactor.mail.tls", "perhaps");
        values.put("reactor.mail.host", "mail.example.org");
        values.put("reactor.mail.per-hour", "0");

        assertThat(problems())
                .anySatisfy(p -> assertThat(p).contains("reactor.salt.url"))
                .anySatisfy(p -> assertThat(p).contains("reactor.ssh.private-key"))
                .anySatisfy(p -> assertThat(p).contains("reactor.bootstrap.attempts", "'many'", "1 to 100"))
                .anySatisfy(p -> assertThat(p).contains("reactor.patience.ssh", "'15'", "30s"))
                .anySatisfy(p -> assertThat(p).contains("reactor.mail.tls", "starttls, implicit, none"))
                .anySatisfy(p -> assertThat(p).contains("reactor.mail.to"))
                .anySatisfy(p -> assertThat(p).contains("reactor.mail.from"))
                .anySatisfy(p -> assertThat(p).contains("reactor.mail.per-hour", "'0'", "1 to 1000"))
                .doesNotHaveDuplicates();
    }

    @Test
    void aPauseBetweenMailsThatIsTooLongIsRefused() {
        values.put("reactor.mail.pause", "16m");

        assertThat(problems()).anySatisfy(p -> assertThat(p).contains("reactor.mail.pause", "at most 15m"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"30", "1.5h", "-3s", "soon", "1 hour"})
    void whatIsNoDurationIsRefused(String value) {
        values.put("reactor.patience.minion", value);

        assertThat(problems()).anySatisfy(p -> assertThat(p).contains("reactor.patience.minion", value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"500ms", "30s", "15m", "1h", "2d", "1h30m"})
    void aDurationIsUnderstood(String value) {
        values.put("reactor.patience.minion", value);

        assertThat(problems()).noneSatisfy(p -> assertThat(p).contains("reactor.patience.minion"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"salt", "ftp://salt", "https://user:pw@salt:8000", "https://salt:8000?x=y"})
    void whatIsNoBaseUrlIsRefused(String value) {
        values.put("reactor.salt.url", value);

        assertThat(problems()).anySatisfy(p -> assertThat(p).contains("reactor.salt.url"));
    }

    private List<String> problems() {
        Properties defaults = Reactor.defaults(Home.of(home));
        InvalidSettings invalid = catchThrowableOfType(
                InvalidSettings.class,
                () -> Settings.read(
                        home, key -> Optional.ofNullable(values.getOrDefault(key, defaults.getProperty(key)))));
        assertThat(invalid).isNotNull();
        return invalid.problems();
    }
}
