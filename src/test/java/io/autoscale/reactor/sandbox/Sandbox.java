package io.autoscale.reactor.sandbox;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.slf4j.LoggerFactory;

/**
 * The whole program on a laptop: the real reactor with the routes of this project, among local stand-ins for AWS, Salt's
 * API, an SSH host and a mail server. It sends one launch and one termination through, tells what happens, and stays up.
 */
public final class Sandbox {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Cloud cloud;
    private final RunningReactor reactor;
    private final Story story;

    private Sandbox(Cloud cloud, RunningReactor reactor, Story story) {
        this.cloud = cloud;
        this.reactor = reactor;
        this.story = story;
    }

    public static void main(String[] arguments) throws Exception {
        quiet();
        Path home = Files.createTempDirectory("reactor-sandbox");
        boolean good;
        try (Cloud cloud = new Cloud(home);
                Story story = new Story(cloud, System.out)) {
            cloud.host().duration(Duration.ofSeconds(1));
            story.say("", "Starting the reactor among stand-ins for AWS, salt-api, an SSH host and a mail server ...");
            try (RunningReactor reactor =
                    new RunningReactor(home, cloud, new SnsSigner("us-east-1", Clock.systemUTC()), Map.of()).start()) {
                Sandbox sandbox = new Sandbox(cloud, reactor, story);
                good = sandbox.tell();
                if (!Boolean.getBoolean("sandbox.exit")) {
                    sandbox.stayUp();
                }
            }
        } finally {
            delete(home);
        }
        if (!good) {
            throw new IllegalStateException("The sandbox's stories did not end as they should; see above.");
        }
    }

    /** Both stories; whether they ended as they should. */
    private boolean tell() {
        story.heading("A launch: Auto Scaling starts an instance, and it becomes a Salt minion");
        String id = cloud.launch("web");
        story.say("AWS", "the group web scales out: " + id + " is running");
        int launched = reactor.announce(Announcements.launch(id, "web"));
        story.say(
                "SNS",
                "announced the launch to the webhook, signed; the answer was " + launched + ": verified and stored");
        boolean minion = wait(() -> cloud.salt().keys(id).keySet().equals(java.util.Set.of("minions"))
                && cloud.salt().calls("test.ping").stream()
                        .anyMatch(call -> call.ids().contains(id))
                && pingAnswered(id));
        story.catchUp();
        story.say(
                minion ? "DONE" : "FAILED",
                minion
                        ? id
                                + " is a Salt minion; the key that it made itself is accepted. Its private half never left it."
                        : id + " did not become a minion within " + PATIENCE.toSeconds() + " s");

        story.heading("A termination: the instance goes, and so does its key");
        cloud.terminate(id);
        story.say("AWS", "the group web scales in: " + id + " is shutting down");
        int terminated = reactor.announce(Announcements.termination(id, "web"));
        story.say("SNS", "announced the termination; the answer was " + terminated);
        boolean clean = wait(() -> cloud.salt().keys(id).isEmpty());
        story.catchUp();
        story.say(
                clean ? "DONE" : "FAILED",
                clean
                        ? "no key of " + id + " is left on the Salt master"
                        : "a key of " + id + " is still on the Salt master");

        story.heading("A forgery: somebody else's message");
        String forged = new SnsSigner("us-east-1", Clock.systemUTC())
                .notification(RunningReactor.TOPIC, null, Announcements.termination(id, "web"));
        String refusal = reactor.deliver(forged).body().strip();
        story.say("SNS", "a message that AWS did not sign; the answer was: " + refusal);
        cloud.gone(id);
        return launched == 200 && terminated == 200 && minion && clean && refusal.startsWith("Refused");
    }

    private boolean pingAnswered(String id) {
        return cloud.salt().minionRuns(id) && cloud.salt().section("minions").containsKey(id);
    }

    private void stayUp() throws IOException, InterruptedException {
        try (Controls controls = new Controls(cloud, reactor, story)) {
            story.heading("Now try it by hand, from another terminal (Ctrl-C here ends everything)");
            controls.commands().forEach(story::line);
            Thread.currentThread().join();
        }
    }

    private static boolean wait(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() > end) {
                    return false;
                }
                Thread.sleep(20);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The story tells what happens; the log only speaks when something is wrong. */
    private static void quiet() {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
