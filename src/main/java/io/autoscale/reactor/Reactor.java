package io.autoscale.reactor;

import io.autoscale.reactor.sns.WebhookServerFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Properties;
import org.apache.camel.main.Main;
import org.apache.camel.util.IOHelper;

/** Camel Main with everything that makes it the reactor; the same for {@code bin/reactor}, tests and the sandbox. */
public final class Reactor {

    private static final String DEFAULTS = "io/autoscale/reactor/application.properties";

    private Reactor() {}

    /**
     * A reactor that is not started yet.
     *
     * @param home directory with {@code application.properties} and {@code routes/}
     */
    public static Main main(Path home, Clock clock) {
        Main main = new Main();
        main.setInitialProperties(defaults());
        Path properties = home.resolve("application.properties");
        main.setPropertyPlaceholderLocations(Files.exists(properties) ? "file:" + properties : "classpath:" + DEFAULTS);
        portsFromEnvironment(main);
        main.bind("webhookServerFactory", new WebhookServerFactory());
        main.addMainListener(new StartReport());
        main.configure().addConfiguration(new Beans(home, clock));
        main.configure().withRoutesIncludePattern("file:" + home.resolve("routes") + "/*.camel.yaml");
        return main;
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

    /** The settings as they are shipped: what the operator's file leaves out. */
    static Properties defaults() {
        Properties defaults = new Properties();
        try (InputStream file = Reactor.class.getClassLoader().getResourceAsStream(DEFAULTS)) {
            defaults.load(file);
            return defaults;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
