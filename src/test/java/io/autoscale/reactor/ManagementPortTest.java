package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.autoscale.reactor.standin.CertificateAuthority;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import io.autoscale.reactor.tls.Authorities;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocketFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** A reactor whose management port others may reach: with TLS and a password, as docs/operations/README.md has it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManagementPortTest {

    private static final String LOGIN = authorization("operator:hunter22");

    @TempDir
    static Path directory;

    private final Map<String, String> settings = new HashMap<>();
    private final Set<Integer> opened = new HashSet<>();
    private Cloud cloud;
    private RunningReactor reactor;
    private SSLSocketFactory sockets;

    @BeforeAll
    void start() throws Exception {
        CertificateAuthority authority = new CertificateAuthority();
        sockets = Authorities.of(authority.pem(directory.resolve("ca.pem"))).sockets();
        cloud = new Cloud(directory);
        settings.put("camel.ssl.enabled", "true");
        settings.put(
                "camel.ssl.keyStore", "file:" + authority.keyStore(directory.resolve("a.p12"), "reactor.example.org"));
        settings.put("camel.ssl.keyStoreType", "PKCS12");
        settings.put("camel.ssl.keystorePassword", CertificateAuthority.PASSWORD);
        settings.put("camel.management.useGlobalSslContextParameters", "true");
        settings.put("camel.management.authenticationEnabled", "true");
        Path users = Files.writeString(directory.resolve("users.properties"), "user.operator = hunter22,operators\n");
        settings.put("camel.management.basicPropertiesFile", users.toString());
        // Nothing is asked of it here.
        settings.put("reactor.salt.url", "http://salt.example.org:8000");
        reactor = new RunningReactor(directory, cloud, new SnsSigner("us-east-1", Clock.systemUTC()), settings);
        settings.put(
                "camel.management.port", String.valueOf(reactor.management("/").getPort()));
        home(directory, settings);
        Set<Integer> before = listening();
        reactor.start();
        opened.addAll(listening());
        opened.removeAll(before);
    }

    @AfterAll
    void stop() throws Exception {
        reactor.close();
        cloud.close();
    }

    /** No acceptor of the broker, no JMX. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void theWebhookAndTheManagementPortAreAllThatIsOpened() {
        assertThat(opened)
                .containsExactlyInAnyOrder(
                        reactor.webhook().getPort(), reactor.management("/").getPort());
    }

    @Test
    void aPasswordThatCrossesTheNetworkInClearIsWarnedOfOnceAtTheStart() {
        Logger logger = (Logger) LoggerFactory.getLogger("reactor");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            new StartReport().afterStart(new Main() {
                @Override
                public CamelContext getCamelContext() {
                    return reactor.context();
                }
            });
        } finally {
            logger.detachAppender(log);
        }
        assertThat(log.list)
                .filteredOn(event -> event.getLevel() == Level.WARN)
                .extracting(ILoggingEvent::getFormattedMessage)
                .filteredOn(warning -> warning.contains("in clear"))
                .singleElement()
                .satisfies(warning -> assertThat(warning).contains("salt-api"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /",
                "GET /observe/health",
                "GET /observe/health/live",
                "GET /observe/metrics",
                "GET /admin/parked",
                "GET //admin/parked",
                "GET /observe/../admin/parked",
                "POST /admin/parked/replay/all",
                "POST /admin/parked/discard/1",
                "GET /nothing"
            })
    void nothingIsAnsweredWithoutThePassword(String request) {
        assertThat(status(request)).isEqualTo(401);
        assertThat(status(request, authorization("operator:hunter2"))).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/observe/health", "/observe/metrics", "/admin/parked"})
    void whoHasThePasswordIsAnswered(String path) {
        assertThat(status("GET " + path, LOGIN)).isEqualTo(200);
    }

    @Test
    void nothingIsAnsweredInClear() {
        URI health = reactor.management("/observe/health");
        assertThatThrownBy(() -> reactor.get(health)).isInstanceOf(UncheckedIOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /admin/parked", "POST /admin/parked/replay/all", "POST /admin/parked/discard/1"})
    void whatAPageOfAnotherSiteSendsIsRefused(String request) {
        assertThat(status(request, LOGIN, "Origin: https://evil.example.org")).isEqualTo(403);
        assertThat(status(request, LOGIN, "Origin: null")).isEqualTo(403);
        assertThat(statusOf("evil.example.org", request, LOGIN)).isEqualTo(403);
        assertThat(statusOf("127.0.0.1.example.org", request, LOGIN)).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:9876", "localhost:9876", "LOCALHOST", "[::1]:9876"})
    void whoNamesThisMachineIsAnswered(String host) {
        assertThat(statusOf(host, "GET /admin/parked", LOGIN)).isEqualTo(200);
    }

    @Test
    void theCommandsOfThisHomeGetIn() {
        Commands commands = new Commands(Home.of(directory));

        assertThat(commands.parked()).isEqualTo("Nothing is parked.");
        assertThat(commands.replay("all")).contains("Nothing");
    }

    /** Else whoever has the port while the reactor is down would be told the password. */
    @Test
    void theCommandsTellThePasswordToNoOther(@TempDir Path other) throws Exception {
        Map<String, String> others = new HashMap<>(settings);
        Path keys = new CertificateAuthority().keyStore(other.resolve("b.p12"), "127.0.0.1");
        others.put("camel.ssl.keyStore", "file:" + keys);
        home(other, others);

        assertThatThrownBy(() -> new Commands(Home.of(other)).parked())
                .isInstanceOf(Commands.NoReactor.class)
                .hasMessageContaining("PKIX")
                .hasMessageNotContaining("hunter22");
    }

    private static void home(Path home, Map<String, String> settings) throws IOException {
        Properties properties = new Properties();
        properties.putAll(settings);
        try (var file = Files.newBufferedWriter(home.resolve("application.properties"))) {
            properties.store(file, null);
        }
    }

    private int status(String request, String... headers) {
        return statusOf("127.0.0.1", request, headers);
    }

    /** Over TLS; paths and headers go as they are. */
    private int statusOf(String host, String request, String... headers) {
        try (Socket socket = sockets.createSocket(
                        "127.0.0.1", reactor.management("/").getPort());
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            String head = request + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\nConnection: close\r\n"
                    + Stream.of(headers).map(header -> header + "\r\n").collect(Collectors.joining());
            socket.getOutputStream().write((head + "\r\n").getBytes(StandardCharsets.US_ASCII));
            return Integer.parseInt(in.readLine().split(" ")[1]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String authorization(String login) {
        return "Authorization: Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.US_ASCII));
    }

    /** The TCP ports on which this process listens; none where Linux does not tell. */
    private static Set<Integer> listening() throws IOException {
        Set<Integer> ports = new HashSet<>();
        if (tables().isEmpty()) {
            return ports;
        }
        Set<String> own = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            descriptors.map(ManagementPortTest::link).forEach(own::add);
        }
        for (Path table : tables()) {
            try (Stream<String> lines = Files.lines(table)) {
                lines.map(line -> line.strip().split("\\s+"))
                        .filter(fields -> fields[3].equals("0A") && own.contains("socket:[" + fields[9] + "]"))
                        .map(fields -> Integer.parseInt(fields[1].replaceFirst(".*:", ""), 16))
                        .forEach(ports::add);
            }
        }
        return ports;
    }

    /** Without IPv6 there is no table of it. */
    private static List<Path> tables() {
        return Stream.of("/proc/self/net/tcp", "/proc/self/net/tcp6")
                .map(Path::of)
                .filter(Files::exists)
                .toList();
    }

    private static String link(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }
}
