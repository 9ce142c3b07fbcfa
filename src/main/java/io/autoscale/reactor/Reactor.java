package io.autoscale.reactor;

import io.autoscale.reactor.check.StartProblems;
import io.autoscale.reactor.sns.WebhookServerFactory;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.util.IOHelper;

/** Camel Main with everything that makes it the reactor; the same for {@code bin/reactor}, tests and the sandbox. */
public final class Reactor {

    private static final String DEFAULTS = "io/autoscale/reactor/application.properties";

    public static final String ALL_ROUTES = "*.camel.yaml";

    /** Vert.x would make a directory for copies of what it serves, and leave it behind when the process is killed. */
    private static final FileSystemOptions WITHOUT_FILES =
            new FileSystemOptions().setClassPathResolvingEnabled(false).setFileCachingEnabled(false);

    private Reactor() {}

    /**
     * A reactor that is not started yet.
     *
     * @param directory with {@code application.properties} and {@code routes/}
     */
    public static Main main(Path directory, Clock clock) {
        return main(Home.of(directory), clock);
    }

    /** A reactor that is not started yet. */
    public static Main main(Home home, Clock clock) {
        Main main = configured(home, new Beans(home.directory(), clock));
        loadRoutes(main, home, ALL_ROUTES);
        main.bind("webhookServerFactory", new WebhookServerFactory());
        main.bind("vertxOptions", new VertxOptions().setFileSystemOptions(WITHOUT_FILES));
        main.addMainListener(new StartReport());
        return main;
    }

    /**
     * Runs it until it is told to stop.
     *
     * @return why it could not start, if so
     */
    public static Optional<String> run(Main main) {
        try {
            main.run();
            return Optional.empty();
        } catch (Exception e) {
            String problem = new StartProblems(main.getCamelContext()).describe(e);
            main.stop();
            return Optional.of(problem);
        }
    }

    /**
     * The same settings and beans for trying them out, without routes and not started yet: once started no port is bound,
     * no journal opened, nothing is connected to, and no route that is added runs until it is started by itself.
     */
    public static Main rehearsal(Home home, Clock clock) {
        Main main = configured(home, Beans.rehearsal(home.directory(), clock));
        // Whoever rehearses stops it; the hook that Camel would register for the end of the JVM would stay till then.
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        main.addOverrideProperty("camel.server.enabled", "false");
        main.addOverrideProperty("camel.management.enabled", "false");
        main.addOverrideProperty("camel.main.autoStartup", "false");
        main.addOverrideProperty("camel.main.shutdownTimeout", "1");
        return main;
    }

    /** The same with these files of {@code routes/}, such as {@value #ALL_ROUTES}. */
    public static Main rehearsal(Home home, Clock clock, String files) {
        Main main = rehearsal(home, clock);
        loadRoutes(main, home, files);
        return main;
    }

    private static Main configured(Home home, Beans beans) {
        Main main = new Main();
        main.setInitialProperties(defaults(home));
        main.setPropertyPlaceholderLocations(location(home));
        portsFromEnvironment(main);
        main.configure().addConfiguration(beans);
        return main;
    }

    /** The operator's file, or where there is none the one that is shipped. */
    private static String location(Home home) {
        Path properties = home.directory().resolve("application.properties");
        return Files.exists(properties) ? "file:" + properties : "classpath:" + DEFAULTS;
    }

    /** Camel takes its settings from the environment too, but passes over all that end in _PORT, as Kubernetes sets such. */
    private static void portsFromEnvironment(Main main) {
        for (String key : List.of("camel.server.port", "camel.management.port")) {
            String port = IOHelper.lookupEnvironmentVariable(key);
            if (port != null && System.getProperty(key) == null) {
                main.addOverrideProperty(key, port);
            }
        }
    }

    private static void loadRoutes(Main main, Home home, String files) {
        main.configure().withRoutesIncludePattern("file:" + home.directory().resolve("routes") + "/" + files);
    }

    /** What the operator's file leaves out: the settings as they are shipped, or as this home has them. */
    static Properties defaults(Home home) {
        Properties defaults = new Properties();
        try (InputStream file = shippedSettings()) {
            defaults.load(file);
            defaults.putAll(home.defaults());
            return defaults;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of {@code application.properties} as it is shipped. */
    public static InputStream shippedSettings() {
        return Objects.requireNonNull(Reactor.class.getClassLoader().getResourceAsStream(DEFAULTS), DEFAULTS);
    }

    /** A setting as Camel finds it, for commands that start nothing: -D, environment, the operator's file, the default. */
    static String setting(Home home, String key) {
        CamelContext context = new DefaultCamelContext();
        try {
            PropertiesComponent properties = context.getPropertiesComponent();
            properties.setInitialProperties(defaults(home));
            properties.setLocation(location(home));
            return Beans.setting(properties, key).orElse("").strip();
        } finally {
            context.stop();
        }
    }
}
