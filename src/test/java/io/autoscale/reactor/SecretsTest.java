package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import io.autoscale.reactor.check.Check;
import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.InstanceHost.Behaviour;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SaltApi;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** A reactor that has met success and every kind of failure, logging all there is, has told its secrets to nobody. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecretsTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String SALT_PASSWORD = "Zq1-salt-pw";
    private static final String MAIL_PASSWORD = "Zq2-mail-pw";
    private static final String BROKER_PASSWORD = "Zq3-broker-pw";
    private static final String PASSPHRASE = "Zq4-passphrase";
    private static final String LIFECYCLE_TOKEN = "Zq5-lifecycle-token";
    private static final String CONFIRMATION_TOKEN = "Zq6-confirmation-token";
    private static final String MAILER = "mailer";
    private static final String PERMISSIONS = "[\"@runner\", \"@wheel\", \"test.*\"]";
    private static final List<String> LOGGERS = List.of(
            "io.autoscale",
            "org.apache.camel",
            "reactor",
            "receive",
            "dispatch",
            "launch",
            "terminate",
            "errors",
            "queue",
            "notify");

    private final SnsSigner signer = new SnsSigner("us-east-1", Clock.systemUTC());
    private final OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final List<String> answers = new ArrayList<>();
    private final List<String> tokens = new ArrayList<>();
    private Path home;
    private Cloud cloud;
    private RunningReactor reactor;
    private Appender<ILoggingEvent> console;

    @BeforeAll
    void runThroughItAll(@TempDir Path directory) throws Exception {
        home = directory;
        cloud = new Cloud(home, Optional.of(PASSPHRASE));
        cloud.salt().user(SaltApi.USER, SALT_PASSWORD, PERMISSIONS);
        cloud.mailbox().requireLogin(MAILER, MAIL_PASSWORD);
        logEverything();
        reactor = new RunningReactor(home, cloud, signer, settings()).start();

        becomesAMinionAndIsGone();
        isRefusedByTheMailServer();
        failsForGood();
        meetsRefusals();
        meetsOutages();
        tokens.addAll(cloud.salt().tokens());
        for (String path : List.of("/observe/health", "/observe/metrics", "/admin/parked")) {
            keep(reactor.get(reactor.management(path)));
        }
    }

    @AfterAll
    void stop() throws Exception {
        reactor.close();
        cloud.close();
        LOGGERS.forEach(name -> logger(name).setLevel(null));
        logger("org.apache.camel").setLevel(Level.WARN);
        Logger root = logger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAppender(appender);
        root.addAppender(console);
    }

    @Test
    void noneStandsInTheLog() {
        assertThat(log()).contains("DEBUG", "refuses the login", "Confirmed the subscription", "parked");
        assertNoneIn(log(), secrets());
    }

    @Test
    void noneStandsInAMail() {
        String mails = String.join("\n", cloud.mailbox().about(""));
        assertThat(mails).contains("refuses the login", "bin/reactor replay");
        assertNoneIn(mails, secrets());
    }

    @Test
    void noneStandsInAnAnswerNorInHealthMetricsAndParkedWork() {
        String all = String.join("\n", answers);
        assertThat(all).contains("reactor_refused_total", "\"status\"", "i-");
        assertNoneIn(all, secrets());
    }

    @Test
    void noneIsStored() throws IOException {
        StringBuilder stored = new StringBuilder();
        try (Stream<Path> files = Files.walk(home.resolve("data"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                stored.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        // Events are stored whole, and are to be; what is stored is found in this way.
        assertThat(forms(LIFECYCLE_TOKEN)).anyMatch(form -> stored.indexOf(form) >= 0);
        List<String> others = secrets();
        others.remove(LIFECYCLE_TOKEN);
        assertNoneIn(stored.toString(), others);
    }

    @Test
    void noneIsPrintedByACheck() throws IOException {
        Properties properties = new Properties();
        properties.putAll(reactor.settings());
        try (var file = Files.newBufferedWriter(home.resolve("application.properties"))) {
            properties.store(file, null);
        }
        assertNoneIn(check(), secrets());

        cloud.salt().user(SaltApi.USER, "another", PERMISSIONS);
        cloud.mailbox().requireLogin(MAILER, "another");
        String refused = check();
        assertThat(refused).contains("FAIL  salt", "FAIL  mail");
        assertNoneIn(refused, secrets());
    }

    @ParameterizedTest
    @CsvSource({"camel.ssl.keystorePasswort, Zq7-keystore-pw", "camel.ssl.keystorePassword, Zq7{{sys:no.such.property}}"
    })
    void noneIsToldByAStartThatFails(String key, String value, @TempDir Path empty) {
        Main main = Reactor.main(empty, Clock.systemUTC());
        main.addOverrideProperty(key, value);

        Optional<String> problem = Reactor.run(main);

        assertThat(problem.orElse("")).isNotEmpty().doesNotContain("Zq7");
        assertNoneIn(log(), List.of("Zq7"));
    }

    private void becomesAMinionAndIsGone() {
        String id = cloud.launch("web");
        announce("hook-launching", id);
        await().atMost(LONG).until(() -> cloud.salt().section("minions").containsKey(id));
        cloud.gone(id);
        announce("hook-terminating", id);
        await().atMost(LONG).until(() -> cloud.salt().keys(id).isEmpty());
    }

    private void isRefusedByTheMailServer() {
        cloud.mailbox().requireLogin(MAILER, "another");
        announce("launch-error", "i-0000000000000000a");
        await().atMost(LONG).until(() -> log().contains("AuthenticationFailedException"));
        cloud.mailbox().requireLogin(MAILER, MAIL_PASSWORD);
        await().atMost(LONG).until(() -> !cloud.mailbox().mails().isEmpty());
        cloud.mailbox().reject("admin1@example.org");
        cloud.mailbox().reject("admin2@example.org");
        announce("launch-error", "i-0000000000000000b");
        await().atMost(LONG).until(() -> log().contains("550 5.1.1"));
        cloud.mailbox().heal();
    }

    private void failsForGood() {
        String broken = cloud.launch("web");
        cloud.host().behaveOnce(broken, Behaviour.fails(70, "the minion was started, but has made no key"));
        announce("hook-launching", broken);
        String strange = cloud.launch("web");
        cloud.aws().instance(strange).consoleOutput(InstanceHost.consoleOutput(InstanceHost.otherHostKeyLine()));
        announce("hook-launching", strange);
        String impostor = cloud.launch("web");
        cloud.salt().put("minions_pre", impostor, InstanceHost.newMinionKey());
        announce("hook-launching", impostor);
        for (String id : List.of(broken, strange, impostor)) {
            await().atMost(LONG).until(() -> !cloud.mailbox().about(id).isEmpty());
        }
        tokens.addAll(cloud.salt().tokens());
        cloud.salt().user(SaltApi.USER, "another", PERMISSIONS);
        cloud.salt().expireTokens();
        String unlucky = cloud.launch("web");
        announce("hook-launching", unlucky);
        await().atMost(LONG)
                .until(() -> !cloud.mailbox().about("refuses the login").isEmpty());
        cloud.salt().user(SaltApi.USER, SALT_PASSWORD, PERMISSIONS);
    }

    private void meetsRefusals() {
        String other = RunningReactor.TOPIC + "-of-somebody-else";
        keep(reactor.deliver(signer.subscriptionConfirmation(RunningReactor.TOPIC, CONFIRMATION_TOKEN)));
        keep(reactor.deliver(signer.subscriptionConfirmation(other, CONFIRMATION_TOKEN)));
        keep(reactor.deliver(signer.unsubscribeConfirmation(RunningReactor.TOPIC, CONFIRMATION_TOKEN)));
        Map<String, String> forged =
                SnsSigner.fields(signer.subscriptionConfirmation(RunningReactor.TOPIC, CONFIRMATION_TOKEN));
        forged.put("Message", "forged");
        keep(reactor.deliver(SnsSigner.json(forged)));
        Map<String, String> torn = new LinkedHashMap<>(forged);
        torn.put("TopicArn", "no-arn");
        keep(reactor.deliver(SnsSigner.json(torn)));
        keep(reactor.get(reactor.webhook()));
        cloud.aws().failWith(500);
        keep(reactor.deliver(signer.subscriptionConfirmation(RunningReactor.TOPIC, CONFIRMATION_TOKEN)));
        cloud.aws().heal();
        assertThat(answers).anyMatch(answer -> answer.startsWith("403")).anyMatch(answer -> answer.startsWith("200"));
    }

    private void meetsOutages() {
        String id = cloud.launch("web");
        cloud.salt().put("minions", id, InstanceHost.newMinionKey());
        cloud.gone(id);
        cloud.salt().failWith(503, "<p>Away</p>");
        announce("hook-terminating", id);
        await().atMost(LONG).until(() -> !cloud.mailbox().about("503").isEmpty());
        cloud.salt().refuse();
        cloud.salt().heal();
        await().atMost(LONG).until(() -> cloud.salt().keys(id).isEmpty());
        cloud.aws().failWith(500);
        announce("hook-terminating", cloud.launch("web"));
        await().atMost(LONG).until(() -> log().contains("status code: 500") || log().contains("Status Code: 500"));
        cloud.aws().heal();
    }

    private void announce(String recorded, String id) {
        String message = Announcements.of(recorded, id, "web")
                .replaceAll("(\"LifecycleActionToken\":\")[^\"]*", "$1" + LIFECYCLE_TOKEN);
        HttpResponse<String> answer =
                reactor.deliver(signer.notification(RunningReactor.TOPIC, "Auto Scaling", message));
        assertThat(answer.statusCode()).isEqualTo(200);
        keep(answer);
    }

    private void keep(HttpResponse<String> answer) {
        answers.add(answer.statusCode() + "\n" + answer.headers().map() + "\n" + answer.body());
    }

    private Map<String, String> settings() throws IOException {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("reactor.salt.password", "");
        settings.put("reactor.salt.password-file", secretFile("salt", SALT_PASSWORD));
        settings.put("reactor.mail.username", MAILER);
        settings.put("reactor.mail.password", MAIL_PASSWORD);
        settings.put("reactor.broker.username", "reactor");
        settings.put("reactor.broker.password-file", secretFile("broker", BROKER_PASSWORD));
        settings.put("reactor.ssh.private-key-passphrase-file", secretFile("passphrase", PASSPHRASE));
        settings.put("reactor.bootstrap.attempts", "1");
        settings.put("reactor.patience.outage", "1s");
        return settings;
    }

    private String secretFile(String name, String secret) throws IOException {
        return Files.writeString(home.resolve(name), secret + "\n").toString();
    }

    private String check() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new Check(Home.of(home), Clock.systemUTC(), new PrintStream(out, true, StandardCharsets.UTF_8)).run();
        return out.toString(StandardCharsets.UTF_8);
    }

    /** As the shipped configuration writes it, with all that the program itself and Camel have to say. */
    private void logEverything() {
        Logger root = logger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(root.getLoggerContext());
        encoder.setPattern("%level %logger %msg %mdc%n%ex");
        encoder.start();
        appender.setContext(root.getLoggerContext());
        appender.setEncoder(encoder);
        appender.setOutputStream(log);
        appender.start();
        console = root.getAppender("console");
        root.detachAppender(console);
        root.addAppender(appender);
        LOGGERS.forEach(name -> logger(name).setLevel(Level.DEBUG));
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    private String log() {
        return log.toString(StandardCharsets.UTF_8);
    }

    private List<String> secrets() {
        List<String> secrets = new ArrayList<>(List.of(
                SALT_PASSWORD,
                MAIL_PASSWORD,
                BROKER_PASSWORD,
                PASSPHRASE,
                LIFECYCLE_TOKEN,
                CONFIRMATION_TOKEN,
                RunningReactor.AWS_SECRET));
        assertThat(tokens).isNotEmpty();
        secrets.addAll(tokens);
        secrets.addAll(lines(cloud.privateKey()));
        return secrets;
    }

    /** The lines of the key but its first and last, which are no secret. */
    private static List<String> lines(Path key) {
        try {
            List<String> lines = Files.readAllLines(key);
            return lines.subList(1, lines.size() - 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertNoneIn(String text, List<String> secrets) {
        for (String secret : secrets) {
            for (String form : forms(secret)) {
                int at = text.indexOf(form);
                assertThat(at < 0 ? "" : text.substring(Math.max(0, at - 500), Math.min(text.length(), at + 100)))
                        .as(secret)
                        .isEmpty();
            }
        }
    }

    /** As bytes of either encoding that Artemis has for texts, and as logins and basic authentication have it. */
    private static List<String> forms(String secret) {
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return List.of(
                secret,
                latin(secret, StandardCharsets.UTF_16LE),
                latin(secret, StandardCharsets.UTF_16BE),
                base64.encodeToString(secret.getBytes(StandardCharsets.UTF_8)),
                base64.encodeToString(("\0" + MAILER + "\0" + secret).getBytes(StandardCharsets.UTF_8)));
    }

    private static String latin(String text, Charset encoding) {
        return new String(text.getBytes(encoding), StandardCharsets.ISO_8859_1);
    }
}
