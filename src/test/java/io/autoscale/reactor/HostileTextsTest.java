package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoscale.reactor.admin.RunningReactorClient;
import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.Aws;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.ConsoleLog;
import io.autoscale.reactor.standin.HostileTexts;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.OpenSsh;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SaltApi;
import io.autoscale.reactor.standin.ScratchRoot;
import io.autoscale.reactor.standin.SnsSigner;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSProducer;
import jakarta.mail.Header;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Whatever anybody outside says, it stays text: from a signed announcement through the whole program to a real OpenSSH server
 * on which {@code routes/bootstrap.sh} runs, to the Salt master, the mails, the log and the queues.
 */
@EnabledIf(value = OpenSsh.AVAILABLE, disabledReason = OpenSsh.MISSING)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileTextsTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final long SEED = Long.getLong("hostile.seed", System.nanoTime());
    private static final String SECRET = "resolved-although-it-was-text";
    private static final int LONGEST_GROUP = 255;
    private static final int LONGEST_DETAIL = 2000;

    /** A word of a command is bare and plain, or quoted as a whole; a quote within it is closed, escaped and opened again. */
    private static final Pattern WORD =
            Pattern.compile("\\G(?: ?)((?:'[^']*'(?:\\\\'(?='))?)+|[A-Za-z0-9_.-]+)(?= |$)", Pattern.DOTALL);

    private static final Pattern LOG_LINE = Pattern.compile(
            "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} (?:ERROR|WARN |INFO |DEBUG) .*|    .*|",
            Pattern.DOTALL);

    private static final List<String> MAIL_HEADERS = List.of(
            "Return-Path",
            "Received",
            "Date",
            "From",
            "To",
            "Message-ID",
            "Subject",
            "MIME-Version",
            "Content-Type",
            "Content-Transfer-Encoding");

    private final ObjectMapper json = new ObjectMapper();
    private final ObjectMapper ascii =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private final Map<String, String> launched = Collections.synchronizedMap(new LinkedHashMap<>());

    private Path directory;
    private Path proofs;
    private Path roots;
    private Path commands;
    private Path trapped;
    private List<String> texts;
    private ConsoleLog log;
    private Cloud cloud;
    private OpenSsh sshd;
    private SnsSigner sns;
    private RunningReactor reactor;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        this.directory = directory;
        proofs = Files.createDirectory(directory.resolve("proofs"));
        roots = Files.createDirectory(directory.resolve("roots"));
        commands = Files.createDirectory(directory.resolve("commands"));
        trapped = directory.resolve("trapped");
        texts = new ArrayList<>(HostileTexts.dictionary(proofs));
        texts.addAll(HostileTexts.random(SEED, 12, proofs));
        log = ConsoleLog.open();
        cloud = new Cloud(directory);
        sshd = OpenSsh.start(Files.createDirectory(directory.resolve("instance")), hostileServer());
        sns = new SnsSigner("us-east-1", Clock.systemUTC());
        System.setProperty("hostile.secret", SECRET);
        reactor = new RunningReactor(
                        directory,
                        cloud,
                        sns,
                        Map.of(
                                "hostile.secret", SECRET,
                                "reactor.bootstrap.attempts", "1",
                                "reactor.bootstrap.url", ScratchRoot.installer(),
                                "reactor.ssh.user", OpenSsh.user(),
                                "reactor.ssh.port", String.valueOf(sshd.port()),
                                "reactor.ssh.private-key", sshd.clientKey().toString()))
                .start();
    }

    @AfterAll
    void stop() throws Exception {
        reactor.close();
        System.clearProperty("hostile.secret");
        try (Stream<Path> each = Files.list(roots)) {
            each.map(ScratchRoot::new).forEach(ScratchRoot::close);
        }
        sshd.close();
        cloud.close();
        log.close();
    }

    @AfterEach
    void nothingHappenedThatWasNotMeant() throws Exception {
        assertThat(proofs).as("what hostile texts ran, -Dhostile.seed=%d", SEED).isEmptyDirectory();
        assertThat(trapped).doesNotExist();
        assertThat(log.text().split("\n", -1)).allSatisfy(line -> {
            assertThat(line).matches(LOG_LINE);
            assertThat(line.codePoints().filter(c -> c != '\t')).allMatch(HostileTexts::isVisible);
        });
        assertThat(log.text()).doesNotContain(SECRET, SaltApi.PASSWORD, System.getenv("PATH"));
        for (MimeMessage mail : cloud.mailbox().mails()) {
            assertIsOurs(mail);
        }
        for (String parked : reactor.parked()) {
            assertThat(parked).doesNotContain(SECRET, SaltApi.PASSWORD);
        }
        for (SaltApi.Call call : cloud.salt().calls()) {
            assertThat(launched.keySet()).containsAll(call.ids());
        }
    }

    @Test
    void groupsAndHooksReachTheInstanceAsDataAndNothingElseRunsThere() throws Exception {
        List<String> groups = HostileTexts.packed(texts, LONGEST_GROUP);
        groups.add(texts.stream()
                .filter(text -> text.length() == LONGEST_GROUP)
                .findFirst()
                .orElseThrow());
        Map<String, String> asked = new LinkedHashMap<>();
        long acceptedBefore = acceptedLogins();
        for (String group : groups) {
            String id = instance(group);
            asked.put(id, group);
            cloud.salt().minion(id, makeKeyReady(id));
            assertThat(announce(asked.size() % 2 == 0 ? "launch" : "hook-launching", id, group))
                    .isEqualTo(200);
        }
        for (String id : asked.keySet()) {
            await().atMost(LONG).until(() -> isMinion(id));
        }

        for (Map.Entry<String, String> each : asked.entrySet()) {
            String expected = HostileTexts.harmless(each.getValue(), LONGEST_GROUP);
            assertThat(grain(each.getKey())).as("-Dhostile.seed=%d", SEED).isEqualTo(expected);
            List<String> sent = commandsOf(each.getKey());
            assertThat(sent).hasSize(1);
            assertIsOurCommand(sent.get(0), each.getKey(), expected);
        }
        assertThat(acceptedLogins() - acceptedBefore).isEqualTo(asked.size());
        assertThat(cloud.mailbox().mails()).noneMatch(mail -> asked.keySet().stream()
                .anyMatch(id -> read(mail).contains(id)));
    }

    @Test
    void whatIsAnnouncedIsQuotedLiterallyInAMailOfOurs() throws Exception {
        for (String text : texts) {
            assertThat(announceFailure(text)).isEqualTo(200);
        }
        for (String text : texts) {
            String expected = HostileTexts.harmless(text, LONGEST_DETAIL);
            await().atMost(LONG).untilAsserted(() -> assertThat(cloud.mailbox().mails())
                    .as("-Dhostile.seed=%d", SEED)
                    .anyMatch(mail -> expected.isEmpty()
                            || read(mail).contains("What it says: " + expected + "\r\n")
                            || read(mail).contains("What it says: " + expected + "\n")));
        }
    }

    @Test
    void whatAnInstancePrintsIsQuotedHarmlesslyWhereItFailed() throws Exception {
        String id = instance("web");
        Path root = Files.createDirectories(roots.resolve(id));
        Files.write(root.resolve("hostile"), String.join("\n", texts).getBytes(StandardCharsets.UTF_8));

        assertThat(announce("launch", id, "web")).isEqualTo(200);

        String mail = mailAbout(id);
        assertThat(mail).contains("bootstrap failed " + id).containsPattern("What failed: +The minion did not start");
        assertThat(mail.lines()).hasSizeLessThan(20);
        RunningReactorClient operator =
                new RunningReactorClient("127.0.0.1", reactor.management("/").getPort());
        await().atMost(LONG).until(() -> operator.parked().contains(id));
        assertThat(operator.parked().lines().filter(line -> line.contains(id)))
                .hasSize(1)
                .allMatch(line -> line.codePoints().allMatch(HostileTexts::isVisible));
    }

    @Test
    void anAddressThatIsNoneIsNotConnectedTo() throws Exception {
        String id = instance("web");
        cloud.aws().instance(id).privateIp("127.0.0.1 -oProxyCommand=$(touch " + proofs + "/address)");

        assertThat(announce("launch", id, "web")).isEqualTo(200);

        assertThat(mailAbout(id)).contains("neither an IP address nor a name");
        assertThat(commandsOf(id)).isEmpty();
    }

    @Test
    void aLifecycleStateThatIsNoneIsText() throws Exception {
        String id = instance("web");
        cloud.aws().instance(id).lifecycleState("Terminating${sys:hostile.secret}\n{{hostile.secret}}\nforged");

        assertThat(announce("launch", id, "web")).isEqualTo(200);

        await().atMost(LONG).until(() -> log.text().contains("Stopped: " + id));
        assertThat(log.text()).contains("Terminating${sys:hostile.secret} {{hostile.secret}} forged");
    }

    @Test
    void whatSaltApiAnswersIsText() throws Exception {
        String id = instance("web");
        String text = "${sys:hostile.secret} {{hostile.secret}}\r\nBcc: evil@example.org\u001b[2J $(touch " + proofs
                + "/salt)";
        cloud.salt().failWith(400, SaltApi.errorPage(400, "Bad Request", text));
        try {
            assertThat(announce("launch", id, "web")).isEqualTo(200);
            assertThat(mailAbout(id)).contains("bootstrap failed " + id);
        } finally {
            cloud.salt().heal();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "i-*",
                "i-0123456789abcdef0,i-0123456789abcdef1",
                "../x",
                "i-0123456789ABCDEF0",
                "i-[0-9a-f]*",
                "i-0123456789abcdef0\n"
            })
    void anIdThatIsNoneIsRefusedAndToldAndReachesNobody(String id) throws Exception {
        int saltCalls = cloud.salt().calls().size();
        int awsCalls = cloud.aws().calls().size();
        for (String recorded : List.of("launch", "terminate", "hook-terminating")) {
            ObjectNode message = (ObjectNode) json.readTree(Announcements.of(recorded, "i-0123456789abcdef0", "web"));
            assertThat(reactor.announce(json.writeValueAsString(message.put("EC2InstanceId", id))))
                    .isEqualTo(400);
        }

        assertThat(log.text()).contains("its instance id is not one");
        await().atMost(LONG)
                .until(() ->
                        cloud.mailbox().about("A webhook delivery was refused").size() >= 2);
        assertNothingWasAskedAboutOthersThanThoseLaunched(saltCalls, awsCalls);
    }

    @ParameterizedTest
    @ValueSource(strings = {"launches", "terminations", "give-ups", "events"})
    void aForgedMessageOnAQueueIsParkedUnread(String queue) throws Exception {
        int saltCalls = cloud.salt().calls().size();
        int awsCalls = cloud.aws().calls().size();
        List<String> forged = Stream.of("*", "i-*", "a,b", "../x", "")
                .map(id -> "{\"id\":\"1\",\"topic\":\"t\",\"time\":\"2026-11-22T10:00:00Z\",\"kind\":\"k\",\"work\":\""
                        + (queue.equals("terminations") ? "DELETE_KEY" : "BOOTSTRAP") + "\",\"instance\":\"" + id
                        + "\",\"group\":\"\\u001b[2J${sys:hostile.secret} " + queue + "\"}")
                .toList();
        send(queue, forged);

        await().atMost(LONG).until(() -> reactor.parked().containsAll(forged));
        assertNothingWasAskedAboutOthersThanThoseLaunched(saltCalls, awsCalls);
        assertThat(new RunningReactorClient("127.0.0.1", reactor.management("/").getPort()).parked())
                .doesNotContain("\u001b", SECRET);
    }

    /** Instances of other tests may still be looked at. */
    private void assertNothingWasAskedAboutOthersThanThoseLaunched(int saltCalls, int awsCalls) {
        assertThat(cloud.salt().calls().stream().skip(saltCalls).map(SaltApi.Call::ids))
                .allSatisfy(this::assertLaunched);
        assertThat(cloud.aws().calls().stream().skip(awsCalls).map(Aws.Call::ids))
                .allSatisfy(this::assertLaunched);
    }

    private void assertLaunched(List<String> ids) {
        assertThat(ids)
                .isNotEmpty()
                .allMatch(id -> id.matches("i-[0-9a-f]{17}") && !id.startsWith("i-0123456789abcdef"));
    }

    private String instance(String group) throws IOException {
        String id = cloud.launch("web");
        cloud.aws().instance(id).consoleOutput(InstanceHost.consoleOutput(sshd.hostKeyLine()));
        launched.put(id, group);
        return id;
    }

    private int announce(String recorded, String id, String group) throws IOException {
        ObjectNode message = (ObjectNode) json.readTree(Announcements.of(recorded, id, "web"));
        message.put("AutoScalingGroupName", group);
        message.put("Description", group).put("Cause", group).put("StatusMessage", group);
        message.put("NotificationMetadata", group).put("Origin", group).put("Destination", group);
        if (message.has("LifecycleHookName")) {
            message.put("LifecycleHookName", group).put("LifecycleActionToken", group);
        }
        return deliver(message, group);
    }

    private int announceFailure(String text) throws IOException {
        ObjectNode message = (ObjectNode) json.readTree(Announcements.of("launch-error", "", "web"));
        message.put("AutoScalingGroupName", text).put("StatusMessage", text.isEmpty() ? "" : text);
        message.put("Cause", "").put("Description", "");
        return deliver(message, text);
    }

    /** Half a pair and the like arrive as JSON escapes, as the HTTP body itself is good UTF-8. */
    private int deliver(ObjectNode message, String text) throws IOException {
        boolean sendable = StandardCharsets.UTF_8.newEncoder().canEncode(text) && text.indexOf('\0') < 0;
        return reactor.deliver(sns.notification(
                        RunningReactor.TOPIC, sendable ? text : "Auto Scaling", ascii.writeValueAsString(message)))
                .statusCode();
    }

    private static void send(String queue, Collection<String> bodies) {
        try (ActiveMQConnectionFactory broker = new ActiveMQConnectionFactory("vm://0");
                JMSContext jms = broker.createContext()) {
            JMSProducer producer = jms.createProducer()
                    .setProperty("failure", "${sys:hostile.secret}\u001b[2J\nforged")
                    .setProperty("attempt", "not a number")
                    .setProperty("CamelJmsDestinationName", "terminations");
            bodies.forEach(body -> producer.send(jms.createQueue(queue), body));
        }
    }

    /** The server logs in as ever, shows a hostile banner and version, and notes each command before it runs it. */
    private List<String> hostileServer() throws IOException {
        Path banner = Files.writeString(
                directory.resolve("banner"),
                String.join("\n", HostileTexts.dictionary(proofs))
                        .replace("\ud800", "")
                        .replace("\udc00", ""));
        Path traps = Files.createDirectory(directory.resolve("traps"));
        for (String command : List.of("touch", "x", "y", "curl", "wget", "nc", "evil", "python3")) {
            executable(traps.resolve(command), "#!/bin/sh\necho \"$0 $*\" >>" + trapped + "\n");
        }
        Path wrapper = executable(
                directory.resolve("note-and-run"),
                """
                #!/bin/sh
                id=$(printf '%%s' "$SSH_ORIGINAL_COMMAND" | grep -o "'id=i-[0-9a-f]*'" | tail -n 1)
                id=${id#*=} id=${id%%?}
                printf '%%s' "$SSH_ORIGINAL_COMMAND" >"$(mktemp "%1$s/$id.XXXXXX")"
                REACTOR_ROOT=%2$s/$id HOME=$REACTOR_ROOT PATH=%3$s:$PATH
                export REACTOR_ROOT HOME PATH
                if [ -e "$REACTOR_ROOT/hostile" ]; then
                  cat "$REACTOR_ROOT/hostile"
                  cat "$REACTOR_ROOT/hostile" >&2
                  exit 70
                fi
                exec sh -c "$SSH_ORIGINAL_COMMAND"
                """
                        .formatted(commands, roots, traps));
        return List.of(
                "ForceCommand " + wrapper,
                "Banner " + banner,
                "VersionAddendum ${sys:hostile.secret} {{hostile.secret}} $(touch " + proofs + "/version)");
    }

    private static Path executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Making a key takes a second of a processor, so the minion finds one. */
    private String makeKeyReady(String id) throws IOException {
        String key = InstanceHost.newMinionKey();
        Path spare = Files.createDirectories(roots.resolve(id).resolve("spare-keys"));
        Files.writeString(spare.resolve("1"), key);
        return key;
    }

    private boolean isMinion(String id) {
        return log.text().lines().anyMatch(line -> line.contains(id) && line.contains(" is a Salt minion, its key "));
    }

    /** The grain as JSON and as YAML have it, which is the same. */
    private Object grain(String id) throws IOException {
        String config = Files.readString(new ScratchRoot(roots.resolve(id)).minionConfig());
        Map<?, ?> yaml = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(config);
        String line = config.lines()
                .filter(each -> each.startsWith("grains: "))
                .findFirst()
                .orElseThrow();
        JsonNode grains = json.readTree(line.substring("grains: ".length()));
        assertThat(yaml.keySet().stream().map(String::valueOf))
                .containsExactlyInAnyOrder(
                        "master",
                        "id",
                        "grains",
                        "acceptance_wait_time",
                        "acceptance_wait_time_max",
                        "rejected_retry",
                        "master_tries",
                        "random_reauth_delay",
                        "root_dir");
        assertThat(yaml.get("id")).isEqualTo(id);
        assertThat(yaml.get("master")).isEqualTo("127.0.0.1");
        assertThat(yaml.get("grains")).isEqualTo(json.convertValue(grains, Map.class));
        assertThat(grains).hasSize(1);
        return grains.path("autoscaling_group").textValue();
    }

    private List<String> commandsOf(String id) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(commands)) {
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith(id + "."))
                    .toList()) {
                found.add(Files.readString(file));
            }
        }
        return found;
    }

    /** Every byte of the command is in a plain word or within single quotes, and the words are the known ones. */
    private void assertIsOurCommand(String command, String id, String group) throws IOException {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(command);
        int end = 0;
        while (word.find()) {
            String found = word.group(1);
            words.add(
                    found.startsWith("'")
                            ? found.substring(1, found.length() - 1).replace("'\\''", "'")
                            : found);
            end = word.end();
        }
        assertThat(command.substring(end)).isEmpty();
        assertThat(words).hasSize(17);
        assertThat(words.subList(0, 3)).containsExactly("exec", "sh", "-c");
        assertThat(words.get(6)).isEqualTo(Files.readString(Path.of("routes/bootstrap.sh")));
        assertThat(words.subList(7, 17))
                .contains("action=bootstrap", "id=" + id, "master=127.0.0.1")
                .contains("grains=" + json.writeValueAsString(Map.of("autoscaling_group", group)))
                .allMatch(argument -> argument.matches("(?s)[a-z][a-z0-9_]*=.*"));
    }

    private long acceptedLogins() throws IOException {
        return sshd.log()
                .lines()
                .filter(line -> line.startsWith("Accepted publickey"))
                .count();
    }

    private String mailAbout(String id) {
        await().atMost(LONG).until(() -> !cloud.mailbox().about(id).isEmpty());
        return cloud.mailbox().about(id).get(0);
    }

    private static void assertIsOurs(MimeMessage mail) throws Exception {
        List<String> names = Collections.list(mail.getAllHeaders()).stream()
                .map(Header::getName)
                .toList();
        assertThat(MAIL_HEADERS).containsAll(names);
        assertThat(names.stream().filter(name -> !name.equals("Received"))).doesNotHaveDuplicates();
        assertThat(mail.getSubject()).matches(subject -> subject.codePoints().allMatch(HostileTexts::isVisible));
        assertThat(mail.getHeader("From")).containsExactly("reactor@example.org");
        assertThat(mail.getHeader("To")).containsExactly("admin1@example.org, admin2@example.org");
        assertThat(mail.getContentType()).startsWith("text/plain");
        assertThat(read(mail)).doesNotContain(SECRET, SaltApi.PASSWORD).matches(text -> text.codePoints()
                .allMatch(c -> c == '\r' || c == '\n' || HostileTexts.isVisible(c)));
    }

    private static String read(MimeMessage mail) {
        try {
            return mail.getSubject() + "\n\n" + mail.getContent();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
