package io.autoscale.reactor.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.autoscale.reactor.standin.ScratchRoot;
import java.io.File;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Runs {@code routes/bootstrap.sh} as the reactor does, but without SSH, under each shell that an instance may have. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BootstrapScriptTest {

    private static final String ID = "id=i-0abc12345678def01";
    private static final String MASTER = "master=salt.example.org";
    private static final String URL = "url=" + ScratchRoot.installer();
    private static final int BAD_ARGUMENT = 64;
    private static final int INSTALL_FAILED = 69;
    private static final int NO_MINION = 70;
    private static final int LOCKED = 75;

    @TempDir
    Path directory;

    private ScratchRoot root;
    private Path workingDirectory;

    @BeforeEach
    void startWithAnEmptyInstance() throws IOException {
        assumeTrue(isInstalled("ssh-keygen"), "No ssh-keygen here, which the stand-in for salt-minion needs");
        assumeTrue(isInstalled("flock"), "No flock here, which bootstrap.sh needs");
        root = new ScratchRoot(Files.createDirectories(directory.resolve("root")));
        workingDirectory = Files.createDirectories(directory.resolve("home"));
    }

    @AfterEach
    void leaveNothingBehind() {
        if (root != null) {
            root.close();
        }
    }

    @EachShell
    void installsAndStartsAMinionAndPrintsItsPublicKey(String shell) throws Exception {
        Run run = run(
                shell, MASTER, ID, URL, "grains={\"group\":\"web\"}", "version=stable 3007", "arguments=-x python3");

        assertThat(run).isEqualTo(new Run(0, keyBetweenMarkers(), ""));
        assertThat(publicKey().getAlgorithm()).isEqualTo("RSA");
        assertThat(root.installerArguments()).hasContent("-X\n-x\npython3\nstable\n3007");
        assertThat(ScratchRoot.runs(root.minion())).isTrue();
        assertThat(config())
                .containsEntry("master", "salt.example.org")
                .containsEntry("id", "i-0abc12345678def01")
                .containsEntry("grains", Map.of("group", "web"))
                .containsEntry("acceptance_wait_time", 5)
                .containsEntry("acceptance_wait_time_max", 0)
                .containsEntry("rejected_retry", true);
    }

    @EachShell
    void leavesARunningMinionAloneWhenNothingChanges(String shell) throws Exception {
        Run first = run(shell, MASTER, ID, URL);
        long minion = root.minion();
        var written = Files.getLastModifiedTime(root.minionConfig());

        assertThat(run(shell, MASTER, ID, URL)).isEqualTo(first);

        assertThat(root.minion()).isEqualTo(minion);
        assertThat(ScratchRoot.runs(minion)).isTrue();
        assertThat(Files.getLastModifiedTime(root.minionConfig())).isEqualTo(written);
        assertThat(root.installerArguments()).hasContent("-X");
    }

    @EachShell
    void restartsTheMinionWithItsKeyWhenTheConfigurationChanges(String shell) throws Exception {
        Run first = run(shell, MASTER, ID, URL);
        long minion = root.minion();

        assertThat(run(shell, MASTER, ID, URL, "acceptance_wait_time=2")).isEqualTo(first);

        assertThat(ScratchRoot.runs(minion)).isFalse();
        assertThat(ScratchRoot.runs(root.minion())).isTrue();
        assertThat(config()).containsEntry("acceptance_wait_time", 2);
    }

    @EachShell
    void startsAMinionThatHasDied(String shell) throws Exception {
        Run first = run(shell, MASTER, ID, URL);
        long minion = root.minion();
        ProcessHandle.of(minion).orElseThrow().destroyForcibly();
        await().until(() -> !ScratchRoot.runs(minion));

        assertThat(run(shell, MASTER, ID, URL)).isEqualTo(first);

        assertThat(ScratchRoot.runs(root.minion())).isTrue();
    }

    @EachShell
    void keepsItsHandsOffWhatRunsUnderAStaleProcessId(String shell) throws Exception {
        run(shell, MASTER, ID, URL);
        run(shell, "action=stop");
        Process bystander = new ProcessBuilder("sleep", "100").start();
        try {
            Files.writeString(root.path().resolve("var/run/salt-minion.pid"), bystander.pid() + "\n");

            assertThat(run(shell, "action=stop").exit()).isZero();
            assertThat(bystander.isAlive()).isTrue();
            assertThat(run(shell, MASTER, ID, URL).exit()).isZero();
            assertThat(root.minion()).isNotEqualTo(bystander.pid());
        } finally {
            bystander.destroyForcibly();
        }
    }

    @EachShell
    void neitherTheLockNorTheSessionStaysWithTheMinion(String shell) throws Exception {
        run(shell, MASTER, ID, URL);

        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + root.minion() + "/fd"))) {
            assertThat(descriptors.map(BootstrapScriptTest::target))
                    .isNotEmpty()
                    .noneMatch(target -> target.startsWith("pipe:") || target.endsWith(".lock"));
        }
    }

    @EachShell
    void refusesToRunTwiceAtOnce(String shell) throws Exception {
        Files.createFile(root.hold());
        Process first = start(shell, MASTER, ID, URL);
        await().until(() -> Files.exists(root.installerArguments()));

        Run second = run(shell, MASTER, ID, URL);
        Run stop = run(shell, "action=stop");
        Files.delete(root.hold());

        assertThat(second.exit()).isEqualTo(LOCKED);
        assertThat(second.out()).isEmpty();
        assertThat(second.err()).contains("another run is still at work");
        assertThat(stop.exit()).isEqualTo(LOCKED);
        assertThat(finish(first).out()).isEqualTo(keyBetweenMarkers());
    }

    @EachShell
    void keepsASecondRunAwayWhileTheInstallationOfAKilledOneGoesOn(String shell) throws Exception {
        Files.createFile(root.hold());
        Process first = start(shell, MASTER, ID, URL);
        await().until(() -> Files.exists(root.installerArguments()));
        List<ProcessHandle> script = first.children().toList();
        first.destroyForcibly();
        script.forEach(ProcessHandle::destroyForcibly);
        await().until(() -> script.stream().noneMatch(process -> ScratchRoot.runs(process.pid())));

        assertThat(run(shell, MASTER, ID, URL).exit()).isEqualTo(LOCKED);
        Files.delete(root.hold());

        await().until(() -> run(shell, MASTER, ID, URL).exit() == 0);
    }

    @EachShell
    void repeatsAnInstallationThatWasKilledHalfWay(String shell) throws Exception {
        Files.createFile(root.hold());
        Process first = start(shell, MASTER, ID, URL);
        await().until(() -> Files.exists(root.installerArguments()));
        List<ProcessHandle> all = first.descendants().toList();
        first.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        await().until(() -> all.stream().noneMatch(process -> ScratchRoot.runs(process.pid())));
        Files.delete(root.hold());
        Path halfInstalled = Files.writeString(root.path().resolve("usr/bin/salt-minion"), "#!/bin/sh\nexit 1\n");
        assertThat(halfInstalled.toFile().setExecutable(true)).isTrue();

        assertThat(run(shell, MASTER, ID, URL)).isEqualTo(new Run(0, keyBetweenMarkers(), ""));
        assertThat(root.path().resolve("var/lib/ec2-autoscale-reactor")).doesNotExist();
    }

    @EachShell
    void runsOnlyTheInstallerWithTheExpectedChecksum(String shell) throws Exception {
        Run wrong = run(shell, MASTER, ID, URL, "sha256=" + "0".repeat(64));
        assertThat(wrong.exit()).isEqualTo(INSTALL_FAILED);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err()).contains("not the expected one; it was not run");
        assertThat(root.installerArguments()).doesNotExist();

        String right = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(Files.readAllBytes(Path.of(URI.create(ScratchRoot.installer())))));
        assertThat(run(shell, MASTER, ID, URL, "sha256=" + right).exit()).isZero();
    }

    @EachShell
    void saysWhyAnInstallationFailedWithTheLastLinesOfTheLog(String shell) throws Exception {
        Files.createFile(root.breakInstaller());

        Run run = run(shell, MASTER, ID, URL);

        assertThat(run.exit()).isEqualTo(INSTALL_FAILED);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("bootstrap.sh: bootstrap-salt ended with exit code 1 (exit code 69)\n")
                .contains("noise 25\n", "ERROR: no repository for this system\n")
                .doesNotContain("noise 5\n");
        assertThat(Files.getPosixFilePermissions(root.log())).hasSize(2);
        assertThat(root.minionConfig()).doesNotExist();
    }

    @EachShell
    void saysThatSaltIsMissingAndNoUrlIsGiven(String shell) throws Exception {
        Run run = run(shell, MASTER, ID);

        assertThat(run.exit()).isEqualTo(INSTALL_FAILED);
        assertThat(run.err()).contains("no url of bootstrap-salt is given");
    }

    @EachShell
    void keepsTheLogOfThisRunAndTheLast(String shell) throws Exception {
        Files.createFile(root.breakInstaller());
        run(shell, MASTER, ID, URL);
        Files.delete(root.breakInstaller());
        run(shell, MASTER, ID, URL);
        run(shell, MASTER, ID, URL);

        assertThat(root.log()).content().contains("installed already").doesNotContain("noise");
        assertThat(Path.of(root.log() + ".1"))
                .content()
                .contains("running bootstrap-salt")
                .doesNotContain("noise");
    }

    @EachShell
    void replacesAKeyPairThatCameWithTheImage(String shell) throws Exception {
        run(shell, MASTER, "id=i-0aaaaaaaaaaaaaaaa", URL);
        Run imaged = run(shell, "action=show-key");
        Path masterKey = Files.writeString(root.minionKey().resolveSibling("minion_master.pub"), "the master's");

        Run run = run(shell, MASTER, ID, URL);

        assertThat(run).isEqualTo(new Run(0, keyBetweenMarkers(), ""));
        assertThat(run.out()).isNotEqualTo(imaged.out());
        assertThat(config()).containsEntry("id", "i-0abc12345678def01");
        assertThat(masterKey).exists();
    }

    @EachShell
    void replacesAKeyPairOfUnknownOrigin(String shell) throws Exception {
        Files.createDirectories(root.minionKey().getParent());
        Files.writeString(root.minionKey(), "-----BEGIN PUBLIC KEY-----\nforeign\n-----END PUBLIC KEY-----\n");
        Files.writeString(root.minionKey().resolveSibling("minion.pem"), "foreign");

        assertThat(run(shell, MASTER, ID, URL).out())
                .isEqualTo(keyBetweenMarkers())
                .doesNotContain("foreign");
    }

    @EachShell
    void forgetsTheMastersKeyWhenTheMasterChanges(String shell) throws Exception {
        Run first = run(shell, MASTER, ID, URL);
        Path masterKey = Files.writeString(root.minionKey().resolveSibling("minion_master.pub"), "the old master's");

        assertThat(run(shell, "master=other.example.org", ID, URL)).isEqualTo(first);

        assertThat(masterKey).doesNotExist();
    }

    @EachShell
    void takesGrainsAndInstallerOptionsAsDataOnly(String shell) throws Exception {
        Path bait = Files.createFile(workingDirectory.resolve("what-a-star-would-become"));
        String hostile =
                "$(touch pwned) `touch pwned` ; touch pwned & | > pwned ' ${HOME} * \u00fc\ud83d\ude00 # {{ 1 }} %s \\\\";
        Run run = run(
                shell,
                MASTER,
                ID,
                URL,
                "grains={\"tag\":\"" + hostile + "\"}",
                "arguments=-x $(touch pwned) `touch pwned`;touch pwned * ' \"",
                "version=stable && touch pwned");

        assertThat(run).isEqualTo(new Run(0, keyBetweenMarkers(), ""));
        assertThat(config()).containsEntry("grains", Map.of("tag", hostile.replace("\\\\", "\\")));
        assertThat(root.installerArguments())
                .hasContent("-X\n-x\n$(touch\npwned)\n`touch\npwned`;touch\npwned\n*\n'\n\"\nstable\n&&\ntouch\npwned");
        Files.delete(bait);
        assertNothingWasExecuted();
    }

    @EachShell
    void refusesBadArguments(String shell) throws Exception {
        for (List<String> arguments : List.of(
                List.<String>of(),
                List.of(MASTER),
                List.of(ID),
                List.of("master=", ID),
                List.of("master=a b", ID),
                List.of("master=$(touch pwned)", ID),
                List.of("master='; touch pwned; '", ID),
                List.of("master=`touch pwned`", ID),
                List.of("master=a\nfile_client: local", ID),
                List.of(MASTER, "id=*"),
                List.of(MASTER, "id=i-0abc1234x"),
                List.of(MASTER, "id=i-0ABC1234"),
                List.of(MASTER, "id=i-0abc12345"),
                List.of(MASTER, "id=0abc123456"),
                List.of(MASTER, "id=i-0abc1234\n"),
                List.of(MASTER, "id=../../etc"),
                List.of(MASTER, ID, "grains="),
                List.of(MASTER, ID, "grains=[]"),
                List.of(MASTER, ID, "grains={}\nmaster: evil\n#}"),
                List.of(MASTER, ID, "grains={\"a\":\"\u0007\"}"),
                List.of(MASTER, ID, "acceptance_wait_time=0"),
                List.of(MASTER, ID, "acceptance_wait_time=$(touch pwned)"),
                List.of(MASTER, ID, "timeout=soon"),
                List.of(MASTER, ID, "url=ftp://example.org/x"),
                List.of(MASTER, ID, "url=-o/etc/passwd"),
                List.of(MASTER, ID, "url=https://example.org/x -o y"),
                List.of(MASTER, ID, "sha256=12"),
                List.of(MASTER, ID, "version=stable\ntouch pwned"),
                List.of(MASTER, ID, "arguments=-x\rpython"),
                List.of(MASTER, ID, "colour=red"),
                List.of(MASTER, ID, "; touch pwned"),
                List.of(MASTER, ID, "action=reboot"))) {
            Run run = run(shell, arguments.toArray(String[]::new));

            assertThat(run.exit()).as("exit code for %s", arguments).isEqualTo(BAD_ARGUMENT);
            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .as("reason for %s", arguments)
                    .startsWith("bootstrap.sh: ")
                    .hasLineCount(1);
        }
        assertNothingWasExecuted();
        assertThat(root.path()).isEmptyDirectory();
    }

    @EachShell
    void showsTheKeyAndChangesNothing(String shell) throws Exception {
        Run before = run(shell, "action=show-key");
        assertThat(before.exit()).isEqualTo(3);
        assertThat(before.out()).isEmpty();
        assertThat(root.path()).isEmptyDirectory();

        Run bootstrap = run(shell, MASTER, ID, URL);
        run(shell, "action=stop");

        assertThat(run(shell, "action=show-key")).isEqualTo(bootstrap);
    }

    @EachShell
    void stopsTheMinionAndLeavesItsFiles(String shell) throws Exception {
        assertThat(run(shell, "action=stop")).isEqualTo(new Run(0, "", ""));
        Run bootstrap = run(shell, MASTER, ID, URL);
        long minion = root.minion();

        assertThat(run(shell, "action=stop")).isEqualTo(new Run(0, "", ""));

        assertThat(ScratchRoot.runs(minion)).isFalse();
        assertThat(run(shell, MASTER, ID, URL)).isEqualTo(bootstrap);
        assertThat(ScratchRoot.runs(root.minion())).isTrue();
    }

    @EachShell
    void saysWhenTheMinionCannotBeStarted(String shell) throws Exception {
        Path broken = Files.createDirectories(root.path().resolve("usr/bin")).resolve("salt-minion");
        Files.writeString(broken, "#!/bin/sh\necho 'no such python' >&2\nexit 1\n");
        assertThat(broken.toFile().setExecutable(true)).isTrue();

        Run run = run(shell, MASTER, ID, URL);

        assertThat(run.exit()).isEqualTo(NO_MINION);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("the minion can't be started", "no such python");
    }

    @EachShell
    void saysThatItWasStoppedAndRunsAgain(String shell) throws Exception {
        Files.createFile(root.hold());
        Process first = start(shell, MASTER, ID, URL, "timeout=100");
        await().until(() -> Files.exists(root.installerArguments()));
        first.toHandle().destroy(); // Process.destroy() would close its output too.

        assertThat(finish(first).err()).contains("stopped by a signal, maybe by its time limit of 100 s");

        Files.delete(root.hold());
        assertThat(run(shell, MASTER, ID, URL).exit()).isZero();
    }

    @Test
    void downloadsTheInstallerOverHttp() throws Exception {
        byte[] installer = Files.readAllBytes(Path.of(URI.create(ScratchRoot.installer())));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/installer", exchange -> {
            exchange.sendResponseHeaders(200, installer.length);
            exchange.getResponseBody().write(installer);
            exchange.close();
        });
        server.start();
        try {
            String url = "url=http://127.0.0.1:" + server.getAddress().getPort() + "/installer";

            assertThat(run("sh", MASTER, ID, url)).isEqualTo(new Run(0, keyBetweenMarkers(), ""));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void followsNoRedirectToPlainHttp() throws Exception {
        assumeTrue(isInstalled("curl"), "No curl here, and wget can't be told not to");
        AtomicInteger elsewhere = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/installer", exchange -> {
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.createContext("/elsewhere", exchange -> {
            elsewhere.incrementAndGet();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        try {
            Run run = run(
                    "sh",
                    MASTER,
                    ID,
                    "url=http://127.0.0.1:" + server.getAddress().getPort() + "/installer");

            assertThat(run.exit()).isEqualTo(INSTALL_FAILED);
            assertThat(run.err()).contains("bootstrap-salt can't be downloaded from http://127.0.0.1");
            assertThat(elsewhere).hasValue(0);
        } finally {
            server.stop(0);
        }
    }

    private void assertNothingWasExecuted() {
        assertThat(workingDirectory).isEmptyDirectory();
    }

    private String keyBetweenMarkers() throws IOException {
        return "#reactor minion-key begin\n"
                + Files.readString(root.minionKey()).strip() + "\n#reactor minion-key end\n";
    }

    private PublicKey publicKey() throws Exception {
        String base64 = Files.readString(root.minionKey()).replaceAll("-----[A-Z ]+-----", "");
        return KeyFactory.getInstance("RSA")
                .generatePublic(new X509EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
    }

    private Map<Object, Object> config() throws IOException {
        Load yaml = new Load(LoadSettings.builder().build());
        return new HashMap<>((Map<?, ?>) yaml.loadFromString(Files.readString(root.minionConfig())));
    }

    private Run run(String shell, String... arguments) throws IOException, InterruptedException {
        return finish(start(shell, arguments));
    }

    /** Runs the script as the reactor does; reads its output until nobody holds it open any more. */
    private Process start(String shell, String... arguments) throws IOException {
        String program = shell.split(" ")[0];
        assumeTrue(isInstalled(program), () -> "No " + program + " here: apt-get install " + program);
        List<String> command = new ArrayList<>(List.of("timeout", "-k", "10", "100"));
        command.addAll(List.of(shell.split(" ")));
        command.addAll(List.of("-c", Files.readString(Path.of("routes/bootstrap.sh")), "bootstrap.sh"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(workingDirectory.toFile()).redirectInput(new File("/dev/null"));
        builder.environment().put("REACTOR_ROOT", root.path().toString());
        return builder.start();
    }

    private static Run finish(Process process) throws IOException, InterruptedException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), out, err);
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "gone";
        }
    }

    private record Run(int exit, String out, String err) {}

    @Retention(RetentionPolicy.RUNTIME)
    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash --posix", "busybox sh"})
    private @interface EachShell {}
}
