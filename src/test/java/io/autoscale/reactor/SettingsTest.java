package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.RunningReactor;
import java.io.IOException;
import java.nio.file.Files;
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

    private static final Map<String, String> PROTECTED = Map.of(
            "camel.ssl.enabled", "true",
            "camel.management.useGlobalSslContextParameters", "true",
            "camel.management.authenticationEnabled", "true",
            "camel.management.basicPropertiesFile", "users.properties");

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

    @ParameterizedTest
    @ValueSource(strings = {"reactor.salt.ca", "reactor.mail.ca"})
    void aFileWithoutCertificatesIsRefused(String key) throws IOException {
        values.put(key, Files.writeString(home.resolve("empty.pem"), "").toString());
        assertThat(problems()).anySatisfy(p -> assertThat(p).contains(key, "does not hold certificates in PEM"));

        values.put(
                key,
                Files.writeString(home.resolve("text.pem"), "-----BEGIN CERTIFICATE-----\nno\n")
                        .toString());
        assertThat(problems()).anySatisfy(p -> assertThat(p).contains(key, "does not hold certificates in PEM"));

        values.put(key, "no-such.pem");
        assertThat(problems()).anySatisfy(p -> assertThat(p).contains(key, "no-such.pem", "is not a file"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.0.3.7", "reactor.example.org", "127.0.0.1.example.org", "127.1"})
    void aManagementPortThatOthersReachIsRefused(String host) {
        values.put("camel.management.host", host);

        assertThat(problems()).anySatisfy(p -> assertThat(p).contains("camel.management.host is '" + host + "'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.2", "localhost", "::1", "[::1]"})
    void aManagementPortOnLoopbackNeedsNothingElse(String host) {
        values.put("camel.management.host", host);

        assertThat(problems()).noneSatisfy(p -> assertThat(p).contains("camel.management.host"));
    }

    @Test
    void aManagementPortThatOthersReachMayHaveTlsAndAPassword() {
        values.put("camel.management.host", "0.0.0.0");
        values.putAll(PROTECTED);

        assertThat(problems()).noneSatisfy(p -> assertThat(p).contains("camel.management.host"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "camel.ssl.enabled=false",
                "camel.management.useGlobalSslContextParameters=false",
                "camel.management.authenticationEnabled=false",
                "camel.management.basicPropertiesFile=",
                "camel.management.authenticationPath=/observe/*",
                "camel.management.authentication-path=/observe/*",
                "camel.management.path=/reactor"
            })
    void halfOfThatIsRefused(String setting) {
        values.put("camel.management.host", "0.0.0.0");
        values.putAll(PROTECTED);
        String[] pair = setting.split("=", 2);
        values.put(pair[0], pair[1]);

        assertThat(problems()).anySatisfy(p -> assertThat(p).contains("camel.management.host is '0.0.0.0'"));
    }

    @Test
    void aPasswordThatCrossesTheNetworkInClearIsTold() throws IOException {
        complete("http://salt.example.org:8000");
        values.put("reactor.mail.host", "mail.example.org");
        values.put("reactor.mail.username", "reactor");
        values.put("reactor.mail.tls", "none");

        assertThat(read().inClear())
                .satisfiesExactly(
                        salt -> assertThat(salt).contains("reactor.salt.url is not https"),
                        mail -> assertThat(mail).contains("reactor.mail.tls is none"));
    }

    @Test
    void aPasswordThatIsEncryptedOrStaysOnThisMachineIsNotTold() throws IOException {
        complete("https://salt.example.org:8000");
        values.put("reactor.mail.host", "127.0.0.1");
        values.put("reactor.mail.username", "reactor");
        values.put("reactor.mail.tls", "none");
        assertThat(read().inClear()).isEmpty();

        values.put("reactor.salt.url", "http://localhost:8000");
        values.put("reactor.mail.host", "mail.example.org");
        values.put("reactor.mail.tls", "starttls");
        assertThat(read().inClear()).isEmpty();
    }

    private void complete(String saltUrl) throws IOException {
        try (Cloud cloud = new Cloud(home)) {
            values.put("reactor.ssh.private-key", cloud.privateKey().toString());
        }
        values.put("reactor.sns.topics", RunningReactor.TOPIC);
        values.put("reactor.salt.url", saltUrl);
        values.put("reactor.salt.username", "reactor");
        values.put("reactor.salt.password", "secret");
        values.put(
                "reactor.bootstrap.script",
                Path.of("routes/bootstrap.sh").toAbsolutePath().toString());
        values.put("reactor.mail.from", "reactor@example.org");
        values.put("reactor.mail.to", "admin@example.org");
    }

    private Settings read() {
        Properties defaults = Reactor.defaults(Home.of(home));
        return Settings.read(home, key -> Optional.ofNullable(values.getOrDefault(key, defaults.getProperty(key))));
    }

    private List<String> problems() {
        InvalidSettings invalid = catchThrowableOfType(InvalidSettings.class, this::read);
        assertThat(invalid).isNotNull();
        return invalid.problems();
    }
}
