package io.autoscale.reactor;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * Where a reactor lives.
 *
 * @param directory with {@code application.properties} and {@code routes/}; relative paths in settings start from it
 * @param defaults settings whose default is another one here than the one that is shipped
 */
public record Home(Path directory, Map<String, String> defaults) {

    public Home {
        Objects.requireNonNull(directory, "directory");
        defaults = Map.copyOf(defaults);
    }

    /** A directory where all defaults are those that are shipped. */
    public static Home of(Path directory) {
        return new Home(directory, Map.of());
    }
}
