package io.autoscale.reactor;

import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.apache.camel.main.Main;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
        System.exit(new CommandLine(new App()).execute(arguments));
    }

    @Override
    public Integer call() {
        return run();
    }

    /** Runs until it is told to stop; returns 0, or 1 if it could not start. */
    @Command(description = "Run the reactor in the foreground.", mixinStandardHelpOptions = true)
    int run() {
        Main main = Reactor.main(directory(), Clock.systemUTC());
        try {
            main.run();
            return main.getExitCode();
        } catch (Exception e) {
            spec.commandLine().getErr().println(StartProblems.describe(e));
            main.stop();
            return 1;
        }
    }

    @Command(description = "Print the version.", mixinStandardHelpOptions = true)
    int version() {
        spec.commandLine().printVersionHelp(spec.commandLine().getOut());
        return 0;
    }

    private Path directory() {
        return home.toAbsolutePath().normalize();
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = App.class.getPackage().getImplementationVersion();
            return new String[] {"ec2-autoscale-reactor " + (version == null ? "(built from source)" : version)};
        }
    }
}
