package io.autoscale.reactor.chaos;

import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.chaos.Schedule.Kill;
import io.autoscale.reactor.chaos.Schedule.Life;
import io.autoscale.reactor.chaos.Schedule.Step;
import io.autoscale.reactor.chaos.Schedule.What;
import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.BrokerProcess;
import io.autoscale.reactor.standin.CertificateHost;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.OpenSsh;
import io.autoscale.reactor.standin.Ports;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SaltApi;
import io.autoscale.reactor.standin.ScratchRoot;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.bouncycastle.operator.OperatorCreationException;

/** One seed: everything that its schedule says happens to a reactor, and then it is looked at what that came to. */
final class Trial implements AutoCloseable {

    private static final String TOPIC = RunningReactor.TOPIC;
    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration STOP = Duration.ofSeconds(30);
    private static final Duration AWAY = Duration.ofSeconds(3);
    private static final Duration SETTLE = Duration.ofSeconds(180);

    /** Those that must be empty at last; notices may wait to be mailed together. */
    private static final List<String> WORK = List.of("events", "launches", "terminations", "give-ups");

    private static final List<String> QUEUES = List.of("events", "launches", "terminations", "give-ups", "parked");

    private final Schedule schedule;
    private final Path results;
    private final Path directory;
    private final Cloud cloud;
    private final SnsSigner signer = new SnsSigner("us-east-1", Clock.systemUTC());
    private final SnsSigner forger = new SnsSigner("us-east-1", Clock.systemUTC());
    private final CertificateHost certificates;
    private final Door mailDoor;
    private final List<ReactorProcess> reactors;
    private final Optional<BrokerProcess> broker;
    private final SnsDeliveries sns;
    private final int sshPort = Ports.free();
    private final Map<String, Machine> machines = new ConcurrentHashMap<>();
    private final Map<String, String> firstLaunch = new ConcurrentHashMap<>();
    private final Map<String, String> impostors = new ConcurrentHashMap<>();
    private final Set<String> toBeMailed = ConcurrentHashMap.newKeySet();
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private long parked;
    private volatile long awaySince = Long.MAX_VALUE;
    private final AtomicInteger slow = new AtomicInteger();
    private final ScheduledExecutorService workers = Executors.newScheduledThreadPool(12, Trial::daemon);
    private final ScheduledExecutorService watcher = Executors.newSingleThreadScheduledExecutor(Trial::daemon);
    private final ScheduledExecutorService keeper = Executors.newSingleThreadScheduledExecutor(Trial::daemon);

    /**
     * A trial that has not begun: one reactor with its embedded broker, or several that share a broker of its own process.
     *
     * @param count how many reactors
     * @param program the directory that {@code mvn package} leaves
     * @param directory an empty one, for the reactor's home and the instances
     * @param results where the reactor's log goes, and what is to be known of what went wrong
     */
    Trial(Schedule schedule, int count, Path program, Path directory, Path results)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        this.schedule = schedule;
        this.results = results;
        this.directory = directory;
        this.cloud = new Cloud(directory);
        this.certificates = new CertificateHost(signer, directory);
        this.mailDoor = new Door(cloud.mailbox().port());
        Path log = results.resolve("seed-" + schedule.seed() + ".log");
        Files.deleteIfExists(log);
        this.broker = count == 1 ? Optional.empty() : Optional.of(new BrokerProcess(directory));
        this.reactors = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            Path home = Files.createDirectory(directory.resolve("home" + number));
            reactors.add(new ReactorProcess(program, home, log, settings()));
        }
        this.sns =
                new SnsDeliveries(reactors.stream().map(ReactorProcess::webhook).toList(), signer);
    }

    /** What a trial came to: its numbers, and what was not as it should be. */
    record Outcome(String row, List<String> problems) {}

    static String header() {
        return String.format(
                "%5s %7s %9s %13s %6s %7s %11s %8s %7s %8s %8s",
                "seed",
                "events",
                "launches",
                "terminations",
                "kills",
                "faults",
                "redelivered",
                "minions",
                "parked",
                "notices",
                "seconds");
    }

    Outcome run() throws Exception {
        Instant begin = Instant.now();
        broker.ifPresent(BrokerProcess::start);
        startAll();
        watcher.scheduleWithFixedDelay(() -> machines.values().forEach(Machine::look), 200, 200, TimeUnit.MILLISECONDS);
        CountDownLatch killed = new CountDownLatch(1);
        keeper.execute(() -> endAndStart(killed));
        playAll();
        if (!killed.await(300, TimeUnit.SECONDS)) {
            problem("The reactor was not killed as often as planned.");
        }
        heal();
        await("all that is under way has happened")
                .dontCatchUncaughtExceptions()
                .atMost(Duration.ofSeconds(120))
                .until(() -> slow.get() == 0);
        settle();
        neverAllowed().forEach(this::problem);
        return new Outcome(row(Duration.between(begin, Instant.now())), List.copyOf(problems));
    }

    // ---- the reactor -------------------------------------------------------------------------------------------

    private Map<String, String> settings() {
        Map<String, String> settings = ReactorProcess.settings(cloud);
        settings.put("REACTOR_SSH_USER", OpenSsh.user());
        settings.put("REACTOR_SSH_PORT", String.valueOf(sshPort));
        settings.put("REACTOR_BOOTSTRAP_URL", ScratchRoot.installer());
        settings.put("REACTOR_BOOTSTRAP_TIMEOUT", "60s");
        settings.put("REACTOR_BOOTSTRAP_ATTEMPTS", "4");
        settings.put("REACTOR_BOOTSTRAP_RETRY_DELAY", "400ms");
        settings.put("REACTOR_TERMINATE_CHECK_DELAY", "400ms");
        settings.put("REACTOR_MAIL_PORT", String.valueOf(mailDoor.port()));
        broker.ifPresent(shared -> {
            settings.put("REACTOR_BROKER_URL", shared.url());
            settings.put("REACTOR_BROKER_USERNAME", BrokerProcess.USER);
            settings.put("REACTOR_BROKER_PASSWORD", BrokerProcess.PASSWORD);
        });
        settings.put("REACTOR_MAIL_PAUSE", "0s");
        settings.put("REACTOR_MAIL_PER_HOUR", "1000");
        List<String> options = new ArrayList<>(certificates.jvmOptions());
        options.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
        options.add("-Dcamel.component.http.soTimeout=2000");
        settings.put("JAVA_OPTS", String.join(" ", options));
        return settings;
    }

    /** Said at once, as the trial may go on for minutes. */
    private void problem(String text) {
        System.out.println("seed " + schedule.seed() + ": " + text);
        problems.add(text);
    }

    private void startAll() {
        reactors.forEach(ReactorProcess::start);
        reactors.forEach(reactor -> reactor.awaitReady(START));
    }

    /** Several reactors are ended in turn, and so is their broker; that one always hard. */
    private void endAndStart(CountDownLatch done) {
        try {
            int turn = 0;
            for (Kill kill : schedule.kills()) {
                if (!kill.duringStart()) {
                    awaitAllReady();
                }
                TimeUnit.MILLISECONDS.sleep(kill.after());
                awaySince = Math.min(awaySince, System.nanoTime());
                int victim = turn++ % (reactors.size() + (broker.isPresent() ? 1 : 0));
                if (victim == reactors.size()) {
                    broker.orElseThrow().kill();
                    broker.orElseThrow().start();
                } else {
                    endAndStart(reactors.get(victim), kill);
                }
            }
            awaitAllReady();
            done.countDown();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            problem("A process did not come back: " + e);
            done.countDown();
        }
    }

    private void endAndStart(ReactorProcess reactor, Kill kill) {
        if (kill.hard()) {
            reactor.kill();
        } else {
            checkStop(reactor, reactor.stop(STOP));
        }
        reactor.start();
    }

    private void awaitAllReady() {
        reactors.forEach(reactor -> reactor.awaitReady(START));
        awaySince = Long.MAX_VALUE;
    }

    private void checkStop(ReactorProcess reactor, Optional<Integer> exit) {
        if (exit.isEmpty()) {
            problem("After SIGTERM the reactor was still there " + STOP.toSeconds() + " s later.");
            reactor.kill();
        } else if (exit.get() != 0 && exit.get() != 143) {
            problem("After SIGTERM the exit code was " + exit.get() + ".");
        }
    }

    // ---- the schedule ------------------------------------------------------------------------------------------

    /**
     * Plays every step at its time. On a slow machine the reactor takes long to start; lest all happens meanwhile, time
     * stands still once it has been away for {@link #AWAY}.
     */
    private void playAll() throws InterruptedException {
        long time = 0;
        long before = System.nanoTime();
        for (Step step : schedule.steps()) {
            while (time < step.at()) {
                TimeUnit.MILLISECONDS.sleep(Math.min(20, step.at() - time));
                long now = System.nanoTime();
                if (awaySince == Long.MAX_VALUE || now - awaySince < AWAY.toNanos()) {
                    time += (now - before) / 1_000_000;
                }
                before = now;
            }
            play(step);
        }
    }

    private void play(Step step) {
        try {
            act(step);
        } catch (IOException | RuntimeException e) {
            problem("The step " + step + " could not be played: " + e);
        }
    }

    private void act(Step step) throws IOException {
        String id = step.subject();
        switch (step.what()) {
            case CREATE -> create(id);
            case LAUNCH -> {
                String body = signed(Announcements.of(step.detail(), id, "web"));
                firstLaunch.putIfAbsent(id, body);
                sns.deliver(step.detail() + " of " + id, body, true);
            }
            case TERMINATION -> {
                if (step.detail().startsWith("hook") && machines.containsKey(id)) {
                    cloud.aws().instance(id).lifecycleState("Terminating:Wait");
                }
                sns.deliver(step.detail() + " of " + id, signed(Announcements.of(step.detail(), id, "web")), true);
            }
            case DUPLICATE -> sns.deliver("duplicate about " + id, firstLaunch.get(id), true);
            case TEST -> sns.deliver("test", signed(Announcements.of("test-notification", "", step.detail())), true);
            case ERROR -> {
                toBeMailed.add("(group " + step.detail() + ")");
                sns.deliver("error", signed(Announcements.of("launch-error", "", step.detail())), true);
            }
            case FORGED -> sns.deliver(step.detail(), forged(step.detail(), id), false);
            case END -> cloud.aws().terminate(id);
            case GONE ->
                slowly(() -> {
                    machines.get(id).powerOff();
                    cloud.aws().gone(id);
                });
            case UNKNOWN_AT_FIRST -> {
                cloud.aws().unknownFor(id, 3);
                later(4_000, () -> cloud.aws().unknownFor(id, 0));
            }
            case IMPOSTOR -> {
                String key = InstanceHost.newMinionKey();
                if (machines.get(id).isOn()) {
                    impostors.put(key.strip(), id);
                    cloud.salt().register(id, key);
                }
            }
            case DROP -> slowly(machines.get(id)::drop);
            case REBOOT -> slowly(machines.get(id)::reboot);
            case SSH_REFUSED -> {
                slowly(machines.get(id)::refuse);
                later(2_000, machines.get(id)::listen);
            }
            case SSH_SILENT -> {
                slowly(machines.get(id)::fallSilent);
                later(3_000, machines.get(id)::speak);
            }
            case FAULT -> fault(step.detail());
            case HEALED -> healed(step.detail());
        }
    }

    private void create(String id) throws IOException {
        int number = machines.size();
        String address = "127.77.%d.%d".formatted(1 + number / 200, 1 + number % 200);
        Life life = schedule.lives().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow();
        Machine machine = new Machine(
                id,
                address,
                sshPort,
                Files.createDirectories(directory.resolve("machines").resolve(id)),
                cloud.publicKey(),
                cloud.salt(),
                life.seconds(),
                life.broken());
        machines.put(id, machine);
        cloud.aws().instance(id).group("web").privateIp(address);
        slowly(() -> {
            machine.boot();
            cloud.aws().instance(id).consoleOutput(InstanceHost.consoleOutput(machine.hostKeyLine()));
        });
    }

    private String signed(String message) {
        return signer.notification(TOPIC, "Auto Scaling", message);
    }

    private String forged(String how, String id) {
        String message = Announcements.termination(id, "web");
        switch (how) {
            case "changed": {
                Map<String, String> fields = SnsSigner.fields(signed(Announcements.launch(id, "web")));
                fields.put("Message", message);
                return SnsSigner.json(fields);
            }
            case "foreign":
                return forger.notification(TOPIC, "Auto Scaling", message);
            case "topic":
                return signer.notification(TOPIC + "-of-another", "Auto Scaling", message);
            default:
                Map<String, String> fields = SnsSigner.fields(signed(message));
                fields.put("Signature", "c2NyYXA=");
                return SnsSigner.json(fields);
        }
    }

    private void fault(String what) {
        switch (what) {
            case "salt refuses" -> cloud.salt().refuse();
            case "salt hangs" -> cloud.salt().hang(Duration.ofMinutes(1));
            case "salt 503" ->
                cloud.salt()
                        .failWith(503, SaltApi.errorPage(503, "Service Unavailable", "Salt Master is not available."));
            case "salt 500" -> cloud.salt().failWith(500, "<html><h1>Internal Server Error</h1></html>");
            case "salt forgets" -> cloud.salt().restart();
            case "salt expires" -> cloud.salt().expireTokens();
            case "aws throttles" -> cloud.aws().throttle(12);
            case "aws 503" -> cloud.aws().failWith(503);
            case "aws 500" -> cloud.aws().failWith(500);
            case "aws slow" -> cloud.aws().hang(Duration.ofMillis(1_500));
            case "aws refuses" -> cloud.aws().refuse();
            case "smtp breaks off" -> mailDoor.be(Door.State.BROKEN);
            case "smtp hangs" -> mailDoor.be(Door.State.SILENT);
            case "certificate host away" -> certificates.refuse(true);
            default -> throw new IllegalArgumentException("There is no fault " + what);
        }
    }

    private void healed(String system) {
        switch (system) {
            case "salt" -> cloud.salt().heal();
            case "aws" -> {
                cloud.aws().throttle(0);
                cloud.aws().heal();
            }
            case "smtp" -> mailDoor.be(Door.State.OPEN);
            default -> certificates.refuse(false);
        }
    }

    private void heal() {
        List.of("salt", "aws", "smtp", "certificate").forEach(this::healed);
    }

    @FunctionalInterface
    private interface Deed {
        void run() throws IOException, InterruptedException;
    }

    private void slowly(Deed deed) {
        later(0, deed);
    }

    private void later(long millis, Deed deed) {
        slow.incrementAndGet();
        workers.schedule(
                () -> {
                    try {
                        deed.run();
                    } catch (InterruptedException closing) {
                        Thread.currentThread().interrupt();
                    } catch (Exception | Error e) {
                        problem("A part of the trial itself failed: " + e);
                    } finally {
                        slow.decrementAndGet();
                    }
                },
                millis,
                TimeUnit.MILLISECONDS);
    }

    // ---- what it came to ---------------------------------------------------------------------------------------

    /**
     * Waits until all is as it should be, then stops the reactor and looks whether work that could change it is left on its
     * queues; if so, that is waited for too.
     */
    private void settle() throws Exception {
        Instant end = Instant.now().plus(SETTLE);
        while (true) {
            List<String> unsettled = awaitSettled(Duration.between(Instant.now(), end));
            parked = reactors.get(0).parked().size();
            reactors.forEach(reactor -> checkStop(reactor, reactor.stop(STOP)));
            broker.ifPresent(BrokerProcess::kill);
            Map<String, Long> waiting = Journal.waiting(
                    broker.map(BrokerProcess::data)
                            .orElse(reactors.get(0).home().resolve("data")),
                    QUEUES);
            if (waiting.get("parked") != parked) {
                problem("%d were parked, but %d are in the journal.".formatted(parked, waiting.get("parked")));
            }
            boolean workLeft = WORK.stream().anyMatch(queue -> waiting.get(queue) > 0);
            if (!workLeft || Instant.now().isAfter(end)) {
                unsettled.forEach(this::problem);
                for (Map.Entry<String, Machine> machine : machines.entrySet()) {
                    if (unsettled.stream().anyMatch(text -> text.contains(machine.getKey()))) {
                        Files.writeString(
                                results.resolve("seed-" + schedule.seed() + "-" + machine.getKey() + ".txt"),
                                machine.getValue().describe());
                    }
                }
                if (workLeft) {
                    problem("Work is left on the queues: " + waiting);
                }
                return;
            }
            broker.ifPresent(BrokerProcess::start);
            startAll();
            TimeUnit.SECONDS.sleep(5);
        }
    }

    private List<String> awaitSettled(Duration atMost) throws InterruptedException {
        Instant end = Instant.now().plus(atMost);
        List<String> unsettled = unsettled();
        while (!unsettled.isEmpty() && Instant.now().isBefore(end)) {
            TimeUnit.MILLISECONDS.sleep(300);
            unsettled = unsettled();
        }
        return unsettled;
    }

    /** What is not as it should be at last. */
    private List<String> unsettled() {
        List<String> found = new ArrayList<>();
        sns.all().stream()
                .filter(delivery -> !delivery.isRight())
                .forEach(delivery -> found.add("Delivery: " + delivery));
        Map<String, Life> lives = schedule.lives().stream().collect(Collectors.toMap(Life::id, life -> life));
        try {
            keys(lives, found);
            parked(lives, found);
        } catch (IOException e) {
            found.add("The reactor does not answer: " + e);
        }
        toBeMailed.stream()
                .filter(word -> cloud.mailbox().about(word).isEmpty())
                .forEach(word -> found.add("There is no mail about the error of " + word));
        return found;
    }

    private void keys(Map<String, Life> lives, List<String> found) throws IOException {
        Map<String, String> accepted = cloud.salt().section("minions");
        for (Life life : lives.values()) {
            if (life.isMinionAtLast()) {
                String key = Optional.ofNullable(accepted.get(life.id())).orElse("none");
                Optional<String> own = machines.get(life.id()).minionKey();
                if (!own.map(String::strip).filter(key.strip()::equals).isPresent()) {
                    found.add(life.id() + " lives and was launched, but its key is not accepted (accepted: "
                            + (accepted.containsKey(life.id()) ? "another" : "none") + ").");
                }
            }
        }
        for (String section : List.of("minions", "minions_pre", "minions_rejected", "minions_denied")) {
            cloud.salt().section(section).forEach((id, key) -> {
                boolean minion = Optional.ofNullable(lives.get(id))
                        .filter(Life::isMinionAtLast)
                        .isPresent();
                boolean lateImpostor = section.equals("minions_denied") && id.equals(impostors.get(key.strip()));
                if (!minion || !section.equals("minions") && !lateImpostor) {
                    found.add("A key of " + id + " stands in " + section + ", though it "
                            + (minion ? "is a minion." : "is none."));
                }
            });
        }
    }

    private void parked(Map<String, Life> lives, List<String> found) throws IOException {
        List<String> parked = reactors.get(0).parked();
        parked.stream()
                .filter(line ->
                        lives.values().stream().filter(Life::broken).noneMatch(life -> line.contains(life.id())))
                .forEach(line -> found.add("Parked, though it could have succeeded: " + line));
        lives.values().stream().filter(Life::broken).map(Life::id).forEach(id -> {
            if (parked.stream().noneMatch(line -> line.contains(id))) {
                found.add(id + " can't be bootstrapped, but is not parked.");
            }
            if (cloud.mailbox().about(id).isEmpty()) {
                found.add(id + " can't be bootstrapped, but there is no mail about it.");
            }
        });
    }

    /** What must not have happened at any time. */
    private List<String> neverAllowed() throws IOException {
        List<String> found = new ArrayList<>();
        cloud.salt().acceptances().stream()
                .filter(acceptance -> Optional.ofNullable(machines.get(acceptance.id()))
                        .filter(machine -> machine.made(acceptance.publicKey()))
                        .isEmpty())
                .forEach(acceptance ->
                        found.add("A key was accepted for " + acceptance.id() + " that this instance has not made."));
        for (Map.Entry<String, Machine> machine : machines.entrySet()) {
            machine.getValue()
                    .collisions()
                    .ifPresent(text -> found.add("Two scripts were at work on " + machine.getKey() + ": " + text));
        }
        return found;
    }

    private String row(Duration took) {
        return String.format(
                "%5d %7d %9d %13d %6d %7d %11d %8d %7d %8d %8d",
                schedule.seed(),
                schedule.events(),
                schedule.count(What.LAUNCH),
                schedule.count(What.TERMINATION),
                schedule.kills().stream().filter(Kill::hard).count(),
                schedule.faults(),
                sns.retried(),
                cloud.salt().section("minions").size(),
                parked,
                cloud.mailbox().mails().size(),
                took.toSeconds());
    }

    /** Ends everything that was started; nothing of it is left behind. */
    @Override
    public void close() throws IOException {
        keeper.shutdownNow();
        workers.shutdownNow();
        sns.close();
        reactors.forEach(ReactorProcess::close);
        broker.ifPresent(BrokerProcess::close);
        watcher.shutdownNow();
        machines.values().forEach(Machine::close);
        certificates.close();
        mailDoor.close();
        cloud.close();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "trial");
        thread.setDaemon(true);
        return thread;
    }
}
