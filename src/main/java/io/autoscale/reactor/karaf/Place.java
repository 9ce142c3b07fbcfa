package io.autoscale.reactor.karaf;

import io.autoscale.reactor.Home;
import io.autoscale.reactor.Reactor;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.Map;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;

/** Where the reactor lives in a Karaf: what an operator edits below {@code etc/}, what it stores below {@code data/}. */
public final class Place {

    private static final String NAME = "ec2-autoscale-reactor";

    private final BundleContext bundle;
    private final Path directory;

    public Place(BundleContext bundle) {
        this.bundle = bundle;
        this.directory = Path.of(bundle.getProperty("karaf.etc")).resolve(NAME);
    }

    public Home home() {
        // Karaf's own property, as the operator may move the file to another Karaf.
        return new Home(directory, Map.of("reactor.data", "{{karaf.data}}/" + NAME));
    }

    /** Writes the settings and the routes as they are shipped, where there are none; what is there is never touched. */
    void furnish() throws IOException {
        Files.createDirectories(directory);
        Path settings = directory.resolve("application.properties");
        if (!Files.exists(settings)) {
            Files.writeString(next(settings), settings());
            Files.move(next(settings), settings);
        }
        Path routes = directory.resolve("routes");
        if (!Files.exists(routes)) {
            Files.createDirectories(next(routes));
            for (URL file : Collections.list(bundle.getBundle().findEntries("routes", "*", false))) {
                try (InputStream in = file.openStream()) {
                    Files.copy(
                            in,
                            next(routes).resolve(Path.of(file.getPath()).getFileName()),
                            StandardCopyOption.REPLACE_EXISTING);
                }
            }
            Files.move(next(routes), routes);
        }
    }

    /** A crash half-way leaves nothing that would be taken for what the operator wants. */
    private static Path next(Path file) {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    /** The file that is shipped, with the defaults of this place. */
    private String settings() throws IOException {
        String text;
        try (InputStream in = Reactor.shippedSettings()) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        for (Map.Entry<String, String> setting : home().defaults().entrySet()) {
            text = text.lines()
                    .map(line -> line.startsWith(setting.getKey() + "=")
                            ? setting.getKey() + "=" + setting.getValue()
                            : line)
                    .collect(Collectors.joining("\n", "", "\n"));
        }
        return text;
    }
}
