package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.OpenSshKey;
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
    @ValueSource(strings = {"correct horse", "correct horse\n", "correct horse\r\n"})
    void aSecretIsReadFromTheFileWithoutTheLineBreakAtItsEnd(String content) throws IOException {
        complete();
        values.remove("reactor.salt.password");
        secretFile("reactor.salt.password-file", content);
        values.put("reactor.mail.password-file", "reactor.salt.password-file");
        values.put("reactor.broker.password-file", "reactor.salt.password-file");

        Settings settings = settings();

        assertThat(settings.salt().password()).isEqualTo("correct horse");
        assertThat(settings.mail().password()).contains("correct horse");
        assertThat(settings.broker().password()).contains("correct horse");
        assertThat(settings.secretFiles())
                .containsExactlyInAnyOrder(home.resolve("instances.key"), home.resolve("reactor.salt.password-file"));
    }

    @Test
    void onlyOneLineBreakIsTakenFromTheEndOfASecretFile() throws IOException {
        complete();
        values.remove("reactor.salt.password");
        secretFile("reactor.salt.password-file", " {{sys:user.name}} \n\n");

        assertThat(settings().salt().password()).isEqualTo(" {{sys:user.name}} \n");
    }

    @Test
    void theSshKeyIsDecryptedWithAPassphraseFromAFile() throws Exception {
        complete();
        Files.delete(home.resolve("instances.key"));
        key(Optional.of("Zq4-of-the-key"));
        secretFile("reactor.ssh.private-key-passphrase-file", "Zq4-of-the-key\n");

        assertThat(settings().ssh().passphrase()).contains("Zq4-of-the-key");
    }

    @Test
    void everyBadSecretFileIsNamedWithAllElseThatIsWrongAndNothingOfWhatItHolds() throws IOException {
        complete();
        values.put("reactor.mail.tls", "perhaps");
        values.put("reactor.salt.password", "Zq5-plain");
        secretFile("reactor.salt.password-file", "Zq5-file");
        secretFile("reactor.mail.password-file", "Zq5-long".repeat(SecretFile.LIMIT));
        secretFile("reactor.broker.password-file", " \n");
        values.put("reactor.ssh.private-key-passphrase-file", "nowhere");

        assertThat(problems())
                .containsExactlyInAnyOrder(
                        "reactor.mail.tls is 'perhaps': expected one of starttls, implicit, none.",
                        "reactor.salt.password and reactor.salt.password-file are both set: expected one of them.",
                        "reactor.mail.password-file: " + home.resolve("reactor.mail.password-file")
                                + " has more than 4096 bytes: expected the secret and nothing else.",
                        "reactor.broker.password-file: " + home.resolve("reactor.broker.password-file")
                                + " is empty: expected the secret.",
                        "reactor.ssh.private-key-passphrase-file: " + home.resolve("nowhere")
                                + " is not a file that can be read.")
                .noneMatch(problem -> problem.contains("Zq5"));
    }

    @Test
    void whatIsNoTextAndWhatIsNoFileHoldsNoSecret() throws IOException {
        complete();
        values.put("reactor.mail.password-file", ".");
        Files.write(home.resolve("bytes"), new byte[] {'Z', 'q', '6', (byte) 0xff});
        values.put("reactor.broker.password-file", "bytes");

        assertThat(problems())
                .anyMatch(p -> p.startsWith("reactor.mail.password-file: ") && p.contains("not a file"))
                .anyMatch(p -> p.startsWith("reactor.broker.password-file: ") && p.contains("not text in UTF-8"))
                .noneMatch(p -> p.contains("Zq6"));
    }

    @Test
    void aMissingPasswordSaysThatAFileMayHaveIt() throws IOException {
        complete();
        values.remove("reactor.salt.password");

        assertThat(problems())
                .containsExactly("reactor.salt.password is missing: expected a value, or a file that has it in"
                        + " reactor.salt.password-file.");
    }

    @Test
    void aCommandThatStartsNothingFindsSettingsAsTheProgramDoes() throws IOException {
        assertThat(Reactor.setting(Home.of(home), "camel.management.port")).isEqualTo("9876");
        Files.writeString(
                home.resolve("application.properties"),
                "camel.management.port={{of.mine}}\nof.mine=4{{sys:reactor.test.port}}\ncamel.management.host=::1\n");
        System.setProperty("reactor.test.port", "321");
        System.setProperty("camel.management.host", "127.0.0.2");
        try {
            assertThat(Reactor.setting(Home.of(home), "camel.management.port")).isEqualTo("4321");
            assertThat(Reactor.setting(Home.of(home), "camel.management.host")).isEqualTo("127.0.0.2");
            assertThat(Reactor.setting(Home.of(home), "camel.server.port")).isEqualTo("8080");
        } finally {
            System.clearProperty("reactor.test.port");
            System.clearProperty("camel.management.host");
        }
    }

    /** What makes settings whole. */
    private void complete() throws IOException {
        values.put("reactor.sns.topics", "arn:aws:sns:us-east-1:123456789012:autoscaling");
        values.put("reactor.salt.url", "https://salt.example.org:8000");
        values.put("reactor.salt.username", "reactor");
        values.put("reactor.salt.password", "secret");
        values.put("reactor.ssh.private-key", "instances.key");
        Files.createDirectories(home.resolve("routes"));
        Files.copy(Path.of("routes/bootstrap.sh"), home.resolve("routes/bootstrap.sh"));
        key(Optional.empty());
    }

    private void key(Optional<String> passphrase) {
        OpenSshKey.write(InstanceHost.ecKey(), home.resolve("instances.key"), passphrase);
    }

    private void secretFile(String key, String content) throws IOException {
        Files.writeString(home.resolve(key), content);
        values.put(key, key);
    }

    private Settings settings() {
        Properties defaults = Reactor.defaults(Home.of(home));
        return Settings.read(home, key -> Optional.ofNullable(values.getOrDefault(key, defaults.getProperty(key))));
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

        assertThat(settings().inClear())
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
        assertThat(settings().inClear()).isEmpty();

        values.put("reactor.salt.url", "http://localhost:8000");
        values.put("reactor.mail.host", "mail.example.org");
        values.put("reactor.mail.tls", "starttls");
        assertThat(settings().inClear()).isEmpty();
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

    private List<String> problems() {
        InvalidSettings invalid = catchThrowableOfType(InvalidSettings.class, this::settings);
        assertThat(invalid).isNotNull();
        return invalid.problems();
    }
}
