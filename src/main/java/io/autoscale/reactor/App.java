package io.autoscale.reactor;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.camel.main.Main;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The commands of {@code bin/reactor}. */
@Command(
        name = "reactor",
        description =
                "Makes instances that EC2 Auto Scaling launches Salt minions, and removes the keys of those gone.",
        mixinStandardHelpOptions = true,
        versionProvider = App.Version.class,
        footer = {
            "",
            "Without a command: run. Settings: application.properties in the home directory, or the environment."
        })
public final class App implements Callable<Integer> {

    /** Virtual threads are there, and no longer pinned by the libraries' monitors as long as one waits briefly. */
    private static final int VIRTUAL_THREADS = 21;

    private static final Duration LONGEST_SHUTDOWN = Duration.ofSeconds(28);

    /** What a shell says of a process that SIGTERM ended. */
    private static final int TERMINATED = 143;

    /** EX_IOERR of sysexits. */
    private static final int BROKER_FAILED = 74;

    private static final Logger LOG = LoggerFactory.getLogger("reactor");

    @Option(
            names = "--home",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            defaultValue = "${sys:reactor.home:-.}",
            description = "directory with application.properties, routes/ and data/ (default: that of bin/reactor)")
    private Path home;

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        if (Runtime.version().feature() >= VIRTUAL_THREADS) {
            System.setProperty("camel.threads.virtual.enabled", "true");
        }
        int code = new CommandLine(new App()).execute(arguments);
        System.out.flush();
        System.err.flush();
        // Everything has ended by now. After SIGTERM an exit would not return, and the JVM would say 143.
        Runtime.getRuntime().halt(code);
    }

    @Override
    public Integer call() {
        return run();
    }

    /** Runs until it is told to stop; returns 0, or 1 if it could not start. */
    @Command(description = "Run the reactor in the foreground.", mixinStandardHelpOptions = true)
    int run() {
        Main main = Reactor.main(home(), Clock.systemUTC());
        main.bind(Beans.WHEN_BROKER_FAILS, (Runnable) App::endWithoutBroker);
        limitShutdown();
        Optional<String> problem = Reactor.run(main);
        problem.ifPresent(spec.commandLine().getErr()::println);
        return problem.isPresent() ? 1 : main.getExitCode();
    }

    /** Tries everything out; returns 0, or 1 if something has to be mended. */
    @Command(
            description = "Try the settings, the routes and every outside system, and say how to mend what fails.",
            mixinStandardHelpOptions = true)
    int check() {
        Silence silence = new Silence();
        try {
            return commands().check(System.out);
        } finally {
            silence.close();
        }
    }

    @Command(description = "List the work that was given up.", mixinStandardHelpOptions = true)
    int parked() {
        return answer(commands()::parked);
    }

    @Command(description = "Put work that was given up back on its queue.", mixinStandardHelpOptions = true)
    int replay(
            @Parameters(
                            paramLabel = "ID|INSTANCE|all",
                            description = "an id that parked shows, all of an instance, or all there is")
                    String what) {
        return answer(() -> commands().replay(what));
    }

    @Command(description = "Drop work that was given up.", mixinStandardHelpOptions = true)
    int discard(
            @Parameters(paramLabel = "ID", description = "an id that parked shows") String id,
            @Option(names = "--yes", required = true, description = "needed, as what is dropped is lost")
                    boolean sure) {
        return answer(() -> commands().discard(id));
    }

    /** Prints what the running reactor answers; 1 if none does. */
    private int answer(Supplier<String> answer) {
        try {
            System.out.println(answer.get());
            return 0;
        } catch (Commands.NoReactor e) {
            spec.commandLine()
                    .getErr()
                    .println(e.getMessage()
                            + " Start it with bin/reactor run, or give the --home of the one that runs.");
            return 1;
        }
    }

    private Commands commands() {
        return new Commands(home());
    }

    @Command(name = "version", description = "Print the version.", mixinStandardHelpOptions = true)
    int printVersion() {
        spec.commandLine().printVersionHelp(spec.commandLine().getOut());
        return 0;
    }

    /**
     * Whoever stops the program waits half a minute at most; ending hard loses nothing, as a crash loses nothing. While this
     * hook waits the JVM does not end by itself, which would be with 143: the program ends by its own code, or over time.
     */
    private static void limitShutdown() {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                Thread.sleep(LONGEST_SHUTDOWN.toMillis());
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            Runtime.getRuntime().halt(TERMINATED);
                        },
                        "shutdown-limit"));
    }

    /** Nothing can be done without the queues, and a start may mend it; ending hard loses nothing that was answered 200. */
    private static void endWithoutBroker() {
        LOG.error("The reactor ends now, with exit code {}.", BROKER_FAILED);
        Runtime.getRuntime().halt(BROKER_FAILED);
    }

    private Home home() {
        return Home.of(home.toAbsolutePath().normalize());
    }

    /** Name and version of the program, as its jar's manifest has it. */
    static String version() {
        String version = App.class.getPackage().getImplementationVersion();
        return "ec2-autoscale-reactor " + (version == null ? "(built from source)" : version);
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {App.version()};
        }
    }
}
