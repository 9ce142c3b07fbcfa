package io.autoscale.reactor.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SaltApi;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckTest {

    private static final Map<String, String> AWS =
            Map.of("aws.accessKeyId", "AKIAEXAMPLE", "aws.secretAccessKey", "example");

    @TempDir
    Path home;

    private final Map<String, String> settings = new LinkedHashMap<>();
    private Cloud cloud;
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

    private List<String> check() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            Properties properties = new Properties();
            properties.putAll(settings);
            try (var file = Files.newBufferedWriter(home.resolve("application.properties"))) {
                properties.store(file, null);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        exitCode = new Check(home, Clock.systemUTC(), new PrintStream(out, true, StandardCharsets.UTF_8)).run();
        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(text).doesNotContain(SaltApi.PASSWORD);
        System.out.println(text);
        return text.lines().toList();
    }
}
