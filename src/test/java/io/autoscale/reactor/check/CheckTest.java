package io.autoscale.reactor.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.autoscale.reactor.Home;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.Ports;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SaltApi;
import io.autoscale.reactor.standin.SecretsManager;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckTest {

    private static final String FAR_FROM_EVERYTHING = "/nonexistent/aws";

    private static final Map<String, String> AWS =
            Map.of("aws.accessKeyId", "AKIAEXAMPLE", "aws.secretAccessKey", "example");

    @TempDir
    Path home;

    private final Map<String, String> settings = new LinkedHashMap<>();
    private Cloud cloud;
    private Duration time = Duration.ofSeconds(30);
    private String user = "reactor";
    private int exitCode;

    @BeforeEach
    void prepare() throws IOException {
        cloud = new Cloud(home);
        AWS.forEach(System::setProperty);
        System.setProperty("aws.endpointUrl", cloud.aws().url().toString());
        Files.createDirectory(home.resolve("routes"));
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.toList()) {
                Files.copy(file, home.resolve("routes").resolve(file.getFileName()));
            }
        }
        settings.put("camel.server.host", "127.0.0.1");
        settings.put("camel.server.port", "0");
        settings.put("camel.management.host", "127.0.0.1");
        settings.put("camel.management.port", "0");
        settings.put("reactor.sns.topics", RunningReactor.TOPIC);
        settings.put("reactor.aws.region", "us-east-1");
        settings.put("reactor.salt.url", cloud.salt().url().toString());
        settings.put("reactor.salt.username", SaltApi.USER);
        settings.put("reactor.salt.password", SaltApi.PASSWORD);
        settings.put("reactor.salt.eauth", SaltApi.EAUTH);
        settings.put("reactor.ssh.private-key", cloud.privateKey().toString());
        settings.put("reactor.mail.host", "127.0.0.1");
        settings.put("reactor.mail.port", String.valueOf(cloud.mailbox().port()));
        settings.put("reactor.mail.from", "reactor@example.org");
        settings.put("reactor.mail.to", "admin@example.org");
        settings.put("reactor.mail.tls", "none");
    }

    @AfterEach
    void stop() throws IOException {
        AWS.keySet().forEach(System::clearProperty);
        System.clearProperty("aws.endpointUrl");
        cloud.close();
    }

    @Test
    void everythingIsWellOneLineEachInAFixedOrder() {
        List<String> lines = check();

        assertThat(lines).allMatch(line -> line.startsWith("ok    "));
        assertThat(lines)
                .extracting(line -> line.substring(6, 18).strip())
                .containsExactly(
                        "settings",
                        "routes",
                        "secrets",
                        "ssh key",
                        "salt",
                        "ec2",
                        "autoscaling",
                        "mail",
                        "broker",
                        "webhook",
                        "management");
        assertThat(lines.get(0)).endsWith("application.properties, 1 topic, region us-east-1");
        assertThat(exitCode).isZero();
    }

    @Test
    void nothingIsChanged() {
        cloud.salt().put("minions", "i-0123456789abcdef0", "a key");
        cloud.salt().put("minions_pre", "i-0123456789abcdef1", "another key");

        check();

        assertThat(cloud.salt().section("minions")).containsOnlyKeys("i-0123456789abcdef0");
        assertThat(cloud.salt().section("minions_pre")).containsOnlyKeys("i-0123456789abcdef1");
        assertThat(cloud.salt().calls("key.print")).hasSize(1);
        assertThat(cloud.salt().deleteCalls()).isEmpty();
        assertThat(cloud.salt().calls("key.accept_dict"))
                .allMatch(call -> call.ids().isEmpty());
        assertThat(cloud.aws().calls())
                .extracting(call -> call.action())
                .containsExactlyInAnyOrder("DescribeInstances", "GetConsoleOutput", "DescribeAutoScalingInstances");
        assertThat(cloud.mailbox().mails()).isEmpty();
        assertThat(home.resolve("data")).doesNotExist();
    }

    @Test
    void everySettingThatIsWrongHasItsLine() {
        settings.remove("reactor.salt.username");
        settings.put("reactor.mail.port", "many");

        List<String> lines = check();

        assertThat(lines)
                .containsExactly(
                        "FAIL  settings      reactor.salt.username is missing: expected a value.",
                        "FAIL  settings      reactor.mail.port is 'many': expected a number from 1 to 65535.",
                        "skip  the rest      not tried: the settings have to be mended first");
        assertThat(exitCode).isEqualTo(1);
    }

    @Test
    void aPasswordInAUrlIsNotRepeated() {
        settings.put("reactor.salt.url", "https://me:hunter22@salt.example.org");

        assertThat(check())
                .first()
                .asString()
                .contains("https://***@salt.example.org")
                .doesNotContain("hunter22");
    }

    @Test
    void aSecretMayComeFromAVault() {
        cloud.salt().user(SaltApi.USER, "Zq8: {of} the vault", "[\"@runner\", \"@wheel\", \"test.*\"]");
        try (SecretsManager vault = new SecretsManager()) {
            vault.put("reactor/salt", "Zq8: {of} the vault");
            settings.put("camel.vault.aws.accessKey", "AKIAEXAMPLE");
            settings.put("camel.vault.aws.secretKey", "example");
            settings.put("camel.vault.aws.region", "us-east-1");
            settings.put("camel.vault.aws.overrideEndpoint", "true");
            settings.put("camel.vault.aws.uriEndpointOverride", vault.url().toString());
            settings.put("reactor.salt.password", "{{aws:reactor/salt}}");
            assertThat(line(check(), "salt")).startsWith("ok").doesNotContain("Zq8");

            settings.put("reactor.salt.password", "{{aws:reactor/of-nobody}}");
            assertThat(check())
                    .first()
                    .asString()
                    .startsWith("FAIL")
                    .contains("reactor.salt.password holds a placeholder");
        }
    }

    @Test
    void withoutARegionTheRestIsTriedAsFarAsItGoes() {
        settings.remove("reactor.aws.region");
        assumeThat(System.getenv("AWS_REGION")).isNull();
        try (NoAws aws = new NoAws()) {
            aws.hide();

            List<String> lines = check();

            assertThat(line(lines, "settings")).startsWith("FAIL").contains("set reactor.aws.region");
            assertThat(line(lines, "ec2")).startsWith("skip");
            assertThat(line(lines, "mail")).startsWith("ok");
        }
    }

    @Test
    void aBrokenRouteIsNamedAndTheOtherThingsAreTried() throws IOException {
        Files.writeString(
                home.resolve("routes/mine.camel.yaml"),
                """
                - route:
                    id: mine
                    from:
                      uri: direct
                      parameters:
                        name: mine
                      steps:
                        - bean:
                            ref: nobody
                """);

        List<String> lines = check();

        assertThat(line(lines, "routes"))
                .startsWith("FAIL")
                .contains("routes/mine.camel.yaml, route mine, at Bean[ref:nobody]: there is no bean 'nobody'.");
        assertThat(lines).filteredOn(line -> !line.contains("routes/mine")).allMatch(line -> line.startsWith("ok"));
        assertThat(exitCode).isEqualTo(1);
    }

    @Test
    void aRouteWhoseFailuresNobodyHandlesIsNamed() throws IOException {
        Files.writeString(
                home.resolve("routes/mine.camel.yaml"),
                """
                - route:
                    id: mine
                    routeConfigurationId: wrok
                    from:
                      uri: direct
                      parameters:
                        name: mine
                      steps:
                        - to:
                            uri: direct
                            parameters:
                              name: tell
                """);

        assertThat(line(check(), "routes")).startsWith("FAIL").contains("route mine names routeConfigurationId wrok");
    }

    @Test
    void twoRoutesOfTheSameNameToCallAreFound() throws IOException {
        Files.writeString(
                home.resolve("routes/mine.camel.yaml"),
                """
                - route:
                    id: mine
                    from:
                      uri: direct
                      parameters:
                        name: salt
                      steps:
                        - to:
                            uri: direct
                            parameters:
                              name: tell
                """);

        assertThat(line(check(), "routes")).startsWith("FAIL").contains("direct://salt");
    }

    @Test
    void everyMissingSaltPermissionIsNamedWithItsMending() {
        List.of("key.print", "key.accept_dict", "key.delete_dict", "test.ping").forEach(cloud.salt()::deny);

        assertThat(check())
                .contains(
                        denied("key.print", "'@wheel': ['key\\.print$']"),
                        denied("key.accept_dict", "'@wheel': ['key\\.accept_dict$']"),
                        denied("key.delete_dict", "'@wheel': ['key\\.delete_dict$']"),
                        denied("test.ping", "'test.ping'"));
        assertThat(exitCode).isEqualTo(1);
    }

    private static String denied(String function, String grant) {
        return "FAIL  salt          salt-api does not permit " + function + " to reactor. Add " + grant
                + " to this user in the master's external_auth.";
    }

    @Test
    void aRefusedSaltLoginIsSaidWithoutThePassword() {
        settings.put("reactor.salt.password", "hunter22");

        List<String> lines = check();

        assertThat(line(lines, "salt")).startsWith("FAIL").contains("salt-api refuses the login of reactor");
        assertThat(lines).noneMatch(line -> line.contains("hunter22"));
    }

    @Test
    void systemsThatAreNotReachedAreNamedAndNoneKeepsTheOthersFromBeingTried() {
        cloud.salt().refuse();
        cloud.aws().refuse();
        cloud.mailbox().refuse();

        List<String> lines = check();

        assertThat(line(lines, "salt")).startsWith("FAIL").contains(cloud.salt().url() + " does not answer");
        assertThat(line(lines, "ec2")).startsWith("FAIL").contains("AWS is not reached");
        assertThat(line(lines, "autoscaling")).startsWith("FAIL").contains("AWS is not reached");
        assertThat(line(lines, "mail")).startsWith("FAIL").contains("reactor.mail.host");
        assertThat(line(lines, "broker")).startsWith("ok");
    }

    @Test
    void aSystemThatHangsIsGivenUp() {
        cloud.salt().hang(Duration.ofMinutes(5));
        time = Duration.ofSeconds(3);

        List<String> lines = check();
        cloud.salt().heal();

        assertThat(line(lines, "salt")).startsWith("FAIL").contains("No answer within 3 s");
        assertThat(line(lines, "webhook")).startsWith("ok");
    }

    @Test
    void everyMissingAwsPermissionIsNamed() {
        List.of("DescribeInstances", "GetConsoleOutput", "DescribeAutoScalingInstances")
                .forEach(cloud.aws()::unauthorized);

        List<String> lines = check();

        assertThat(lines)
                .filteredOn(line -> line.startsWith("FAIL"))
                .extracting(line -> line.replaceFirst(".*AWS does not permit (\\S+)\\. Allow it.*", "$1"))
                .containsExactly(
                        "ec2:DescribeInstances", "ec2:GetConsoleOutput", "autoscaling:DescribeAutoScalingInstances");
    }

    @Test
    void withoutHostKeysThereIsNoNeedForTheConsole() {
        settings.put("reactor.ssh.host-key", "off");
        cloud.aws().unauthorized("GetConsoleOutput");

        assertThat(line(check(), "ec2")).isEqualTo("ok    ec2           DescribeInstances permitted");
    }

    @Test
    void missingAwsCredentialsAreSaid() {
        assumeThat(System.getenv("AWS_ACCESS_KEY_ID")).isNull();
        try (NoAws aws = new NoAws()) {
            aws.hide();
            AWS.keySet().forEach(System::clearProperty);

            assertThat(line(check(), "ec2")).startsWith("FAIL").contains("There are no AWS credentials.");
        }
    }

    @Test
    void withoutAMailHostNoticesGoToTheLog() {
        settings.remove("reactor.mail.host");

        assertThat(line(check(), "mail")).isEqualTo("ok    mail          none: notices go to the log");
    }

    @Test
    void aMailServerWithoutStarttlsIsSaid() {
        settings.put("reactor.mail.tls", "starttls");

        assertThat(line(check(), "mail")).startsWith("FAIL").contains("Set reactor.mail.tls to implicit or none");
    }

    @Test
    void aDataDirectoryThatIsNoneIsSaid() throws IOException {
        Files.createFile(home.resolve("data"));

        assertThat(line(check(), "broker")).startsWith("FAIL").contains(home.resolve("data") + " is not a directory");
    }

    @Test
    void aBrokerThatIsNotReachedIsNamed() throws IOException {
        settings.put("reactor.broker.url", "tcp://127.0.0.1:" + Ports.free());
        settings.put("reactor.broker.username", "reactor");
        settings.put("reactor.broker.password", "hunter22");

        List<String> lines = check();

        assertThat(line(lines, "broker"))
                .startsWith("FAIL")
                .contains("is not reached")
                .contains("reactor.broker.url");
        assertThat(lines).noneMatch(line -> line.contains("hunter22"));
    }

    @Test
    void aPortThatAnotherProgramHasIsSaid() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            settings.put("camel.server.port", String.valueOf(other.getLocalPort()));

            assertThat(line(check(), "webhook"))
                    .startsWith("FAIL")
                    .contains("127.0.0.1:" + other.getLocalPort())
                    .contains("change camel.server.port");
        }
    }

    @Test
    void besideARunningReactorAllIsWell() {
        RunningReactor reactor =
                new RunningReactor(home, cloud, new SnsSigner("us-east-1", Clock.systemUTC()), Map.of()).start();
        try {
            AWS.forEach(System::setProperty);
            settings.put("camel.server.port", String.valueOf(reactor.webhook().getPort()));
            settings.put(
                    "camel.management.port",
                    String.valueOf(reactor.management("/").getPort()));

            List<String> lines = check();

            for (String area : List.of("broker", "webhook", "management")) {
                assertThat(line(lines, area)).startsWith("ok").endsWith("in use by a running reactor");
            }
            assertThat(exitCode).isZero();
        } finally {
            reactor.close();
        }
    }

    @Test
    void aKeyThatEverybodyCanReadIsAWarning() throws IOException {
        Files.setPosixFilePermissions(cloud.privateKey(), PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(line(check(), "secrets"))
                .startsWith("warn")
                .endsWith("can get at " + cloud.privateKey() + ". Mend it with: chmod go-rwx " + cloud.privateKey());
        assertThat(exitCode).isZero();
    }

    @Test
    void aPasswordFileIsReadAndNamedIfEverybodyCanReadItToo() throws IOException {
        Path file = Files.writeString(home.resolve("salt-password"), SaltApi.PASSWORD + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw----r--"));
        settings.remove("reactor.salt.password");
        settings.put("reactor.salt.password-file", "salt-password");

        List<String> lines = check();

        assertThat(line(lines, "salt")).startsWith("ok");
        assertThat(line(lines, "secrets")).startsWith("warn").contains(file.toString());
    }

    @Test
    void settingsTakeCamelsPlaceholders() {
        settings.put("reactor.salt.password", "{{sys:reactor.test.password}}");
        System.setProperty("reactor.test.password", SaltApi.PASSWORD);
        try {
            assertThat(line(check(), "salt")).startsWith("ok");
        } finally {
            System.clearProperty("reactor.test.password");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"hunter22{{sys:no.such.property}}", "hunter22{{sys:oops", "{{bean:hunter22}}", "{{hunter22}}"})
    void aPlaceholderThatLeadsNowhereIsSaidWithoutTheValue(String value) {
        settings.put("reactor.mail.password", value);

        List<String> lines = check();

        assertThat(lines)
                .first()
                .isEqualTo("FAIL  settings      reactor.mail.password holds a placeholder that cannot be resolved:"
                        + " expected {{...}} as Camel knows it.");
        assertThat(lines).noneMatch(line -> line.contains("hunter22"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "camel.ssl.keystorePasswort=hunter22",
                "camel.ssl.keystorePassword=hunter22{{sys:no.such.property}}",
                "camel.ssl.keystorePassword=hunter22{{sys:oops",
                "camel.component.http.proxyAuthPasswort=hunter22",
                "camel.vault.aws.secretKeys=hunter22"
            })
    void aSettingOfCamelsThatIsWrongIsSaidWithoutTheValue(String setting) {
        settings.put("camel.ssl.enabled", "true");
        settings.put(setting.replaceFirst("=.*", ""), setting.replaceFirst(".*?=", ""));

        List<String> lines = check();

        assertThat(lines)
                .noneMatch(line -> line.contains("hunter22"))
                .first()
                .asString()
                .startsWith("FAIL")
                .containsAnyOf(setting.replaceFirst("=.*", " cannot be set"), "[sys:");
    }

    @Test
    void rootIsAWarning() {
        user = "root";

        assertThat(line(check(), "secrets")).startsWith("warn").contains("runs as root");
        assertThat(exitCode).isZero();
    }

    private static String line(List<String> lines, String area) {
        List<String> found =
                lines.stream().filter(line -> line.startsWith(area, 6)).toList();
        assertThat(found).as("lines of " + area + " in " + lines).hasSize(1);
        return found.get(0);
    }

    /** Neither files nor the instance metadata tell the AWS SDK anything. */
    private static final class NoAws implements AutoCloseable {

        private static final List<String> FILES = List.of("aws.configFile", "aws.sharedCredentialsFile");

        void hide() {
            FILES.forEach(file -> System.setProperty(file, FAR_FROM_EVERYTHING));
            System.setProperty("aws.disableEc2Metadata", "true");
        }

        @Override
        public void close() {
            FILES.forEach(System::clearProperty);
            System.clearProperty("aws.disableEc2Metadata");
        }
    }

    private List<String> check() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            Properties properties = new Properties();
            properties.putAll(settings);
            try (var file = Files.newBufferedWriter(home.resolve("application.properties"))) {
                properties.store(file, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        exitCode = new Check(
                        Home.of(home),
                        Clock.systemUTC(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        time,
                        user)
                .run();
        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(text).doesNotContain(SaltApi.PASSWORD);
        return text.lines().toList();
    }
}
