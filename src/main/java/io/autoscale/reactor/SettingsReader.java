package io.autoscale.reactor;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.camel.util.TimeUtils;

/** Reads settings one by one and collects what is wrong with them, so that all of it is said at once. */
final class SettingsReader {

    /** Stands for a URL that is missing or malformed, so that the settings around it are looked at too. */
    private static final URI NO_URL = URI.create("http://invalid");

    private final Path home;
    private final Function<String, Optional<String>> lookup;
    private final List<String> problems = new ArrayList<>();
    private final Set<Path> secrets = new LinkedHashSet<>();

    SettingsReader(Path home, Function<String, Optional<String>> lookup) {
        this.home = home;
        this.lookup = lookup;
    }

    void problem(String problem) {
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }

    void throwIfAnyProblem() {
        if (!problems.isEmpty()) {
            throw new InvalidSettings(problems);
        }
    }

    /** Makes a record of several settings; null if that cannot be, which {@link #throwIfAnyProblem} then tells. */
    <T> T group(Supplier<T> maker) {
        int before = problems.size();
        try {
            return maker.get();
        } catch (IllegalArgumentException | NullPointerException e) {
            // A record refuses what it is given; if a part is missing, that has been said already.
            if (problems.size() == before) {
                problem(String.valueOf(e.getMessage()));
            }
            return null;
        }
    }

    Optional<String> optional(String key) {
        try {
            return lookup.apply(key).map(String::strip).filter(value -> !value.isEmpty());
        } catch (RuntimeException e) {
            // Camel's own message has the value, which may be a secret.
            problem(key + " holds a placeholder that cannot be resolved: expected {{...}} as Camel knows it.");
            return Optional.empty();
        }
    }

    /** The value of a setting that is a secret: its own, or that of the file which the same key with {@code -file} names. */
    Optional<String> secret(String key) {
        String fileKey = key + "-file";
        Optional<String> value = optional(key);
        if (optional(fileKey).isEmpty()) {
            return value;
        }
        if (value.isPresent()) {
            problem(key + " and " + fileKey + " are both set: expected one of them.");
            return value;
        }
        AtomicReference<String> secret = new AtomicReference<>();
        checkSecretFile(fileKey, file -> secret.set(SecretFile.read(file)));
        return Optional.ofNullable(secret.get());
    }

    /** The same for one that has to be there. */
    String requiredSecret(String key) {
        Optional<String> secret = secret(key);
        if (secret.isEmpty() && optional(key + "-file").isEmpty()) {
            return missing(key, "a value, or a file that has it in " + key + "-file");
        }
        return secret.orElse("");
    }

    /** The files that hold secrets. */
    Set<Path> secretFiles() {
        return Set.copyOf(secrets);
    }

    String text(String key) {
        return optional(key).orElseGet(() -> missing(key, "a value"));
    }

    <T> List<T> list(String key, String separator, Function<String, T> maker) {
        List<T> list = new ArrayList<>();
        for (String item : optional(key).map(v -> v.split(separator)).orElse(new String[0])) {
            if (!item.isBlank()) {
                try {
                    list.add(maker.apply(item.strip()));
                } catch (IllegalArgumentException e) {
                    problem(key + " has a bad entry: " + e.getMessage());
                }
            }
        }
        return list;
    }

    int number(String key, int least, int most) {
        String expected = "a number from " + least + " to " + most;
        String value = optional(key).orElse("");
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // the same problem as a number out of bounds
        }
        wrong(key, value, expected);
        return least;
    }

    Duration duration(String key) {
        String value = optional(key).orElse("");
        if (value.matches("(?:\\d+(?:ms|s|m|h|d))+")) {
            return TimeUtils.toDuration(value);
        }
        wrong(key, value, "a duration such as 30s, 15m or 1h");
        return Duration.ofSeconds(1);
    }

    <E extends Enum<E>> E choice(String key, Class<E> type) {
        String value = optional(key).orElse("");
        Optional<E> found = Stream.of(type.getEnumConstants())
                .filter(constant -> constant.name().equalsIgnoreCase(value))
                .findFirst();
        if (found.isEmpty()) {
            String names = String.join(
                    ", ",
                    Arrays.stream(type.getEnumConstants())
                            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                            .toList());
            wrong(key, value, "one of " + names);
        }
        return found.orElse(type.getEnumConstants()[0]);
    }

    URI url(String key) {
        String value = optional(key).orElse("");
        try {
            URI url = URI.create(value);
            if (("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                    && url.getHost() != null
                    && url.getQuery() == null
                    && url.getUserInfo() == null) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // the same problem as a URL of another kind
        }
        wrong(
                key,
                value.replaceFirst("//.*@", "//***@"),
                "a URL such as https://salt.example.org:8000, without user, password or query");
        return NO_URL;
    }

    Path path(String key) {
        return home.resolve(text(key, "a path"));
    }

    Path readableFile(String key) {
        Path file = path(key);
        if (optional(key).isPresent() && !(Files.isRegularFile(file) && Files.isReadable(file))) {
            problem(key + ": " + file + " is not a file that can be read.");
        }
        return file;
    }

    /** Has a file that holds a secret looked at, if one is named. */
    void checkSecretFile(String key, Consumer<Path> check) {
        if (optional(key).isPresent()) {
            try {
                Path file = path(key);
                secrets.add(file);
                check.accept(file);
            } catch (IllegalArgumentException e) {
                problem(key + ": " + e.getMessage());
            }
        }
    }

    /** What is made of a file, if one is named and it can be. */
    <T> Optional<T> file(String key, Function<Path, T> reader) {
        if (optional(key).isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.apply(path(key)));
        } catch (IllegalArgumentException e) {
            problem(key + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private String text(String key, String expected) {
        return optional(key).orElseGet(() -> missing(key, expected));
    }

    private String missing(String key, String expected) {
        if (problems.stream().noneMatch(problem -> problem.startsWith(key + " "))) {
            problem(key + " is missing: expected " + expected + ".");
        }
        // Goes on, so that the other settings of the group are looked at too.
        return "";
    }

    private void wrong(String key, String value, String expected) {
        if (value.isEmpty()) {
            missing(key, expected);
        } else {
            problem(key + " is '" + value + "': expected " + expected + ".");
        }
    }
}
