package io.autoscale.reactor;

import io.autoscale.reactor.sns.WebhookServerFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.main.Main;

/** Camel Main with everything that makes it the reactor; the same for {@code bin/reactor}, tests and the sandbox. */
public final class Reactor {

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
        main.bind("webhookServerFactory", new WebhookServerFactory());
        ports(System.getenv()).forEach((key, port) -> {
            if (System.getProperty(key) == null) {
                main.addOverrideProperty(key, port);
            }
        });
        main.configure().addConfiguration(new Beans(home, clock));
        main.configure().withRoutesIncludePattern("file:" + home.resolve("routes") + "/*.camel.yaml");
        return main;
    }

    /**
     * The ports that the environment sets. Camel Main takes every other setting of its own from there, but no name that ends
     * in {@code _PORT}, as Kubernetes has its own use for those.
     */
    static Map<String, String> ports(Map<String, String> environment) {
        Map<String, String> ports = new HashMap<>();
        for (String key : List.of("camel.server.port", "camel.management.port")) {
            String port = environment.get(key.toUpperCase(Locale.ROOT).replace('.', '_'));
            if (port != null) {
                ports.put(key, port);
            }
        }
        return ports;
    }

    private static final String DEFAULTS = "io/autoscale/reactor/application.properties";

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
