package io.autoscale.reactor.karaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.CertificateHost;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.InstanceHost.Behaviour;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The life of the KAR in a stock Karaf, from the drop into deploy/ to its removal; one Karaf, so the order matters. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KarafIT {

    private static final Duration LONG = Duration.ofSeconds(90);
    private static final String BUNDLE = "ec2-autoscale-reactor";
    private static final Path DISTRIBUTION = Path.of(System.getProperty("karaf.distribution"));
    private static final Path KAR = Path.of(System.getProperty("karaf.kar"));

    private final SnsSigner signer = new SnsSigner("us-east-1", Clock.systemUTC());
    private Cloud cloud;
    private CertificateHost certificates;
    private Karaf karaf;

    @BeforeAll
    void startKaraf(@TempDir Path directory) throws Exception {
        cloud = new Cloud(directory);
        certificates = new CertificateHost(signer, directory);
        karaf = new Karaf(DISTRIBUTION, directory.resolve("karaf"), cloud, certificates);
        karaf.start();
    }

    @AfterAll
    void stopKaraf() throws Exception {
        karaf.close();
        Files.writeString(Path.of("target/karaf-it.log"), karaf.log());
        certificates.close();
        cloud.close();
    }

    @Test
    @Order(1)
    void droppedIntoDeployItRunsAndWritesItsFiles() throws IOException {
        long dropped = System.nanoTime();
        karaf.deploy(KAR);
        karaf.awaitReady();
        assertThat(announce(Announcements.of("test-notification", "", "web"))).isEqualTo(200);
        System.out.printf("Installed to first 200: %.1f s%n", (System.nanoTime() - dropped) / 1e9);

        assertThat(routes().resolve("launch.camel.yaml")).hasSameTextualContentAs(Path.of("routes/launch.camel.yaml"));
        assertThat(routes().resolve("bootstrap.sh")).exists();
        assertThat(settings()).content().contains("reactor.sns.topics=", "reactor.data={{karaf.data}}/" + BUNDLE);
        assertThat(karaf.path("data/" + BUNDLE + "/journal")).isDirectory();
    }

    @Test
    @Order(2)
    void aLaunchMakesAMinionAndATerminationLeavesNoKey() {
        String id = cloud.launch("web");
        assertThat(announce(Announcements.launch(id, "web"))).isEqualTo(200);
        awaitMinion(id);

        cloud.gone(id);
        cloud.salt().stopMinion(id);
        assertThat(announce(Announcements.termination(id, "web"))).isEqualTo(200);
        await().atMost(LONG).until(() -> cloud.salt().keys(id).isEmpty());
    }

    @Test
    @Order(3)
    void aForgedMessageIsRefused() throws Exception {
        String id = cloud.launch("web");
        String genuine = signer.notification(RunningReactor.TOPIC, "Auto Scaling", Announcements.launch(id, "web"));
        HttpResponse<String> answer = karaf.post(genuine.replace("web", "wob"), signer.headers(genuine));
        assertThat(answer.statusCode()).isEqualTo(403);
    }

    @Test
    @Order(4)
    void theShellHasTheCommandsOfTheStandaloneForm() throws IOException {
        KarafShell shell = karaf.shell();
        assertThat(shell.run("reactor:check"))
                .contains("ok    salt", "ok    routes")
                .doesNotContain("FAIL");
        assertThat(shell.run("reactor:parked")).contains("Nothing is parked.");

        cloud.host().behave(Behaviour.fails(1, "no space left"));
        String first = cloud.launch("web");
        String second = cloud.launch("web");
        List.of(first, second).forEach(id -> announce(Announcements.launch(id, "web")));
        await().atMost(LONG).until(() -> shell.run("reactor:parked").lines().count() == 2);
        cloud.host().heal();

        assertThat(shell.type("reactor:rep\t" + first.substring(0, 8) + "\t", first.substring(8)))
                .contains("reactor:replay");
        assertThat(shell.run("reactor:replay " + first)).contains(first);
        awaitMinion(first);
        String id = shell.run("reactor:parked").split(" ")[0];
        shell.type("reactor:discard --yes " + id.substring(0, 8) + "\t", id.substring(8));
        assertThat(shell.run("reactor:discard --yes " + id)).contains("Dropped.");
        assertThat(shell.run("reactor:parked")).contains("Nothing is parked.");
    }

    @Test
    @Order(5)
    void anEditedRouteIsInForceOnceTheBundleIsRestarted() throws IOException {
        Path route = routes().resolve("launch.camel.yaml");
        Files.writeString(route, Files.readString(route).replace("is a Salt minion", "has become a Salt minion"));
        karaf.shell().run("bundle:restart " + BUNDLE);
        karaf.awaitReady();

        String id = cloud.launch("web");
        announce(Announcements.launch(id, "web"));
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(karaf.log()).contains(id + " (group web) has become a Salt minion"));
    }

    @Test
    @Order(6)
    void aRestartOfKarafLosesNothingThatIsInHand() throws Exception {
        cloud.host().behave(Behaviour.hangs());
        List<String> launched =
                Stream.generate(() -> cloud.launch("web")).limit(3).toList();
        launched.forEach(
                id -> assertThat(announce(Announcements.launch(id, "web"))).isEqualTo(200));
        await().atMost(LONG).until(() -> launched.stream().allMatch(cloud.host()::running));

        karaf.stop();
        cloud.host().heal();
        karaf.start();
        karaf.awaitReady();
        launched.forEach(this::awaitMinion);
        assertThat(routes().resolve("launch.camel.yaml")).content().contains("has become a Salt minion");
    }

    @Test
    @Order(7)
    void uninstalledItLeavesNothingBehindButItsFiles() throws Exception {
        karaf.shell().run("bundle:refresh " + BUNDLE);
        karaf.awaitReady();
        karaf.shell().run("bundle:update " + BUNDLE);
        karaf.awaitReady();
        assertThat(karaf.hasLoaded(Activator.class.getName())).isTrue();

        Files.delete(karaf.deployed());
        await().atMost(LONG).until(() -> !karaf.shell().run("bundle:list -t 0").contains("EC2 Auto Scaling reactor"));
        // No class of it, so no class loader, no thread that runs in it and no thread that was made by it.
        await().atMost(LONG).until(() -> !karaf.hasLoaded(Activator.class.getName()));
        assertThat(karaf.threads())
                .doesNotContainPattern("\"(ec2-auto|Camel|vert\\.x|ActiveMQ|reactor|sns-|salt-|check)");
        new ServerSocket(karaf.port(), 1, InetAddress.getByName("127.0.0.1")).close();
        try (FileChannel journal = FileChannel.open(
                        karaf.path("data/" + BUNDLE + "/journal/serverlock.1"), StandardOpenOption.WRITE);
                FileLock lock = journal.tryLock()) {
            assertThat(lock).isNotNull();
        }
        assertThat(settings()).exists();
        assertThat(routes().resolve("launch.camel.yaml")).content().contains("has become a Salt minion");
        assertThat(karaf.shell().run("help")).doesNotContain("reactor:");
    }

    @Test
    @Order(8)
    void nothingWentWrong() throws Exception {
        karaf.stop();
        assertThat(karaf.log()).doesNotContain("Exception in thread");
        // Karaf itself has errors of its own when it starts and stops.
        assertThat(karaf.log().lines().filter(line -> line.contains("ERROR") && line.contains(BUNDLE)))
                .as("all that is an error of ours: the launches given up on purpose")
                .isNotEmpty()
                .allMatch(line -> line.contains("Gave up on i-"));
    }

    @Test
    @Order(9)
    void theStandaloneFormCarriesNothingOfKaraf() throws IOException {
        try (Stream<Path> libraries = Files.list(Path.of("target/reactor/lib"))) {
            assertThat(libraries.map(library -> library.getFileName().toString()))
                    .noneMatch(name -> name.contains("karaf") || name.contains("osgi"));
        }
    }

    private int announce(String message) {
        String body = signer.notification(RunningReactor.TOPIC, "Auto Scaling", message);
        try {
            return karaf.post(body, signer.headers(body)).statusCode();
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    private void awaitMinion(String id) {
        await().atMost(LONG).until(() -> cloud.salt().section("minions").containsKey(id));
    }

    private Path settings() {
        return karaf.path("etc/" + BUNDLE + "/application.properties");
    }

    private Path routes() {
        return karaf.path("etc/" + BUNDLE + "/routes");
    }
}
