package io.autoscale.reactor.check;

import io.autoscale.reactor.Home;
import io.autoscale.reactor.InvalidSettings;
import io.autoscale.reactor.Reactor;
import io.autoscale.reactor.Settings;
import io.autoscale.reactor.admin.ManagementPort;
import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.ssh.HostKeyCheck;
import java.io.PrintStream;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;
import software.amazon.awssdk.services.ec2.Ec2Client;

/**
 * Tries the settings, the routes and each outside system at the same time, without changing anything, and prints what it
 * found in a fixed order: ok, or what is wrong and how to mend it.
 */
public final class Check {

    /** An id that no instance has. */
    static final InstanceId NOBODY = new InstanceId("i-00000000000000000");

    private static final Duration TIME = Duration.ofSeconds(10);
    private static final String SALT_ROUTES = "salt.camel.yaml";

    private final Home home;
    private final Clock clock;
    private final PrintStream out;
    private final Duration time;
    private final String user;
    private final Map<String, Future<List<Finding>>> probes = new LinkedHashMap<>();
    private List<String> secrets = List.of();
    private boolean failed;

    /**
     * @param out takes one line for each finding
     */
    public Check(Home home, Clock clock, PrintStream out) {
        this(home, clock, out, TIME, Exposure.user());
    }

    /**
     * @param time after which what has not answered is taken for silent
     * @param user whom this program runs as
     */
    Check(Home home, Clock clock, PrintStream out, Duration time, String user) {
        this.home = home;
        this.clock = clock;
        this.out = out;
        this.time = time;
        this.user = user;
    }

    /** Returns the exit code: 0, or 1 if anything failed. */
    public int run() {
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "check");
            thread.setDaemon(true);
            return thread;
        });
        try (Rehearsal beans = new Rehearsal(Reactor.rehearsal(home, clock));
                Rehearsal routes = new Rehearsal(Reactor.rehearsal(home, clock, Reactor.ALL_ROUTES));
                Rehearsal salt = new Rehearsal(Reactor.rehearsal(home, clock, SALT_ROUTES))) {
            tryAll(threads, beans, routes, salt);
        } finally {
            threads.shutdownNow();
        }
        return failed ? 1 : 0;
    }

    private void tryAll(ExecutorService threads, Rehearsal beans, Rehearsal routes, Rehearsal salt) {
        Optional<Exception> problem = start(beans);
        Optional<Settings> found =
                Optional.ofNullable(beans.context().getRegistry().lookupByNameAndType("settings", Settings.class));
        secrets = found.map(Check::secrets).orElse(List.of());
        print("settings", problem.map(e -> problems(beans, e)).orElseGet(() -> List.of(summary(found, beans))));
        if (found.isEmpty()) {
            print("the rest", notTried());
            return;
        }
        Settings settings = found.get();
        CamelContext context = beans.context();
        boolean hasBeans = problem.isEmpty();
        probe(threads, "routes", hasBeans ? () -> routes(routes) : Check::notTried);
        probe(threads, "secrets", new Exposure(settings.secretFiles(), user));
        probe(threads, "ssh key", new PrivateKey(settings.ssh()));
        probe(threads, "salt", hasBeans ? () -> salt(settings, salt) : Check::notTried);
        probe(threads, "ec2", hasBeans ? ec2(settings, context) : Check::notTried);
        probe(threads, "autoscaling", hasBeans ? autoScaling(context) : Check::notTried);
        probe(threads, "mail", new MailServer(settings.mail()));
        probe(threads, "broker", new Queueing(settings.broker()));
        ports(threads, context);
        long deadline = System.nanoTime() + time.toNanos();
        probes.forEach((area, findings) -> print(area, await(findings, deadline)));
    }

    private static Optional<Exception> start(Rehearsal rehearsal) {
        try {
            rehearsal.start();
            return Optional.empty();
        } catch (Exception e) {
            return Optional.of(e);
        }
    }

    private static List<Finding> problems(Rehearsal beans, Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidSettings invalid) {
                return invalid.problems().stream().map(Finding::failed).toList();
            }
        }
        return List.of(Finding.failed(beans.describe(failure)));
    }

    private Finding summary(Optional<Settings> settings, Rehearsal beans) {
        boolean file = Files.exists(home.directory().resolve("application.properties"));
        int topics = settings.map(s -> s.sns().topics().size()).orElse(0);
        return Finding.ok((file
                        ? "application.properties"
                        : "no application.properties in " + home.directory() + ", so environment")
                + ", " + topics + (topics == 1 ? " topic" : " topics") + ", region "
                + bean(beans.context(), Ec2Client.class)
                        .serviceClientConfiguration()
                        .region());
    }

    private static List<Finding> routes(Rehearsal routes) {
        Optional<Exception> problem = start(routes);
        if (problem.isPresent()) {
            return List.of(Finding.failed(routes.describe(problem.get())));
        }
        List<Finding> oversights = routes.oversights();
        return oversights.isEmpty()
                ? List.of(Finding.ok(routes.context().getRoutes().size() + " routes"))
                : oversights;
    }

    /** In a context of its own, so that a mistake in another route keeps nobody from trying this. */
    private static List<Finding> salt(Settings settings, Rehearsal salt) throws Exception {
        if (start(salt).isPresent()) {
            return List.of(Finding.skipped("not tried: routes/" + SALT_ROUTES + " has to be mended first"));
        }
        return new SaltPermissions(settings.salt(), salt.context().createProducerTemplate()).findings();
    }

    private static Probe ec2(Settings settings, CamelContext context) {
        return AwsPermissions.ec2(bean(context, Ec2Client.class), settings.ssh().hostKey() != HostKeyCheck.OFF);
    }

    private static Probe autoScaling(CamelContext context) {
        return AwsPermissions.autoScaling(bean(context, AutoScalingClient.class));
    }

    private static List<Finding> notTried() {
        return List.of(Finding.skipped("not tried: the settings have to be mended first"));
    }

    private void ports(ExecutorService threads, CamelContext context) {
        ManagementPort management = new ManagementPort(context.getPropertiesComponent()::resolveProperty);
        probe(
                threads,
                "webhook",
                new Port(
                        "camel.server.port",
                        text(context, "camel.server.host"),
                        number(context, "camel.server.port"),
                        management));
        probe(
                threads,
                "management",
                new Port("camel.management.port", management.host(), management.port(), management));
    }

    private static String text(CamelContext context, String key) {
        return context.getPropertiesComponent().resolveProperty(key).orElse("0.0.0.0");
    }

    /** Settings.read has seen that it is a number. */
    private static int number(CamelContext context, String key) {
        return Integer.parseInt(text(context, key).strip());
    }

    private static <T> T bean(CamelContext context, Class<T> type) {
        return context.getRegistry().findSingleByType(type);
    }

    private void probe(ExecutorService threads, String area, Probe probe) {
        probes.put(area, threads.submit(probe::findings));
    }

    private List<Finding> await(Future<List<Finding>> findings, long deadline) {
        try {
            return findings.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            findings.cancel(true);
            return List.of(Finding.failed("No answer within " + time.toSeconds()
                    + " s. Look at the network, and at the system that was asked."));
        } catch (ExecutionException e) {
            return List.of(Finding.failed(Optional.ofNullable(e.getCause().getMessage())
                    .orElseGet(() -> e.getCause().toString())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of(Finding.skipped("not tried to the end: this program was stopped"));
        }
    }

    private void print(String area, List<Finding> findings) {
        for (Finding finding : findings) {
            failed |= finding.isFailure();
            out.println(withoutSecrets(finding.line(area)));
        }
    }

    /** Messages of libraries may repeat what they were given. */
    private String withoutSecrets(String line) {
        String clean = line;
        for (String secret : secrets) {
            clean = clean.replace(secret, "***");
        }
        return clean;
    }

    private static List<String> secrets(Settings settings) {
        return Stream.of(
                        Optional.of(settings.salt().password()),
                        settings.ssh().passphrase(),
                        settings.mail().password(),
                        settings.broker().password())
                .flatMap(Optional::stream)
                .filter(secret -> secret.length() > 3)
                .toList();
    }
}
