package io.autoscale.reactor.admin;

import io.autoscale.reactor.tls.Authorities;
import io.autoscale.reactor.tls.Loopback;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocketFactory;
import org.apache.camel.util.StringHelper;

/** Where a running reactor tells its health and is administered, and who gets in there, by Camel's own settings. */
public final class ManagementPort {

    private static final String PREFIX = "camel.management.";
    private static final List<String> JWT = List.of("jwtKeystoreType", "jwtKeystorePath", "jwtKeystorePassword");

    private final Function<String, Optional<String>> settings;

    /** @param settings gives the value of a key, if there is one */
    public ManagementPort(Function<String, Optional<String>> settings) {
        this.settings = settings;
    }

    public String host() {
        return get("host").orElse("0.0.0.0");
    }

    public int port() {
        return Integer.parseInt(get("port").orElse(""));
    }

    /** Why the reactor must not start with these settings: others than this machine would get in unasked, or be overheard. */
    public Optional<String> problem() {
        if (Loopback.isNamedBy(host()) || isEncrypted() && asksForAll()) {
            return Optional.empty();
        }
        return Optional.of("camel.management.host is '" + host() + "': expected a loopback address such as 127.0.0.1;"
                + " or camel.ssl.enabled and camel.management.useGlobalSslContextParameters for TLS, and"
                + " camel.management.authenticationEnabled with camel.management.basicPropertiesFile for a password"
                + " before everything.");
    }

    /** Speaks with the reactor that runs with these settings on this machine. */
    public RunningReactorClient client() throws IOException {
        String scheme = isEncrypted() ? "https" : "http";
        return new RunningReactorClient(
                URI.create(scheme + "://" + reachable() + ":" + port()), authorization(), itself());
    }

    private String reachable() {
        return switch (host()) {
            case "0.0.0.0" -> "127.0.0.1";
            case "::", "[::]" -> "[::1]";
            default -> host().contains(":") && !host().startsWith("[") ? "[" + host() + "]" : host();
        };
    }

    /** Camel speaks in clear if one of the two is missing. */
    private boolean isEncrypted() {
        return is("useGlobalSslContextParameters")
                && settings.apply("camel.ssl.enabled")
                        .filter(Boolean::parseBoolean)
                        .isPresent();
    }

    /** Camel asks nobody if it is told to and not by what, and for one path only if that one is named. */
    private boolean asksForAll() {
        boolean all = get("path").orElse("/").equals("/")
                && List.of("/", "/*").contains(get("authenticationPath").orElse("/"));
        return is("authenticationEnabled")
                && all
                && (get("basicPropertiesFile").isPresent() || JWT.stream().allMatch(key -> get(key).isPresent()));
    }

    /** The first user of the file that Camel lets in by; it holds passwords as they are. */
    private Optional<String> authorization() throws IOException {
        Optional<String> file = get("basicPropertiesFile").filter(any -> is("authenticationEnabled"));
        if (file.isEmpty()) {
            return Optional.empty();
        }
        Properties users = new Properties();
        try (InputStream in = Files.newInputStream(Path.of(file.get()))) {
            users.load(in);
        }
        return users.stringPropertyNames().stream()
                .filter(key -> key.startsWith("user."))
                .min(String::compareTo)
                .map(key -> key.substring("user.".length()) + ":"
                        + users.getProperty(key).split(",")[0])
                .map(login -> "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
    }

    /** Trusts the certificate that the reactor itself shows, as the key store has it. */
    private Optional<SSLSocketFactory> itself() throws IOException {
        if (!isEncrypted()) {
            return Optional.empty();
        }
        Path file = Path.of(ssl("keyStore").orElse("").replaceFirst("^file:", ""));
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance(ssl("keyStoreType").orElse(KeyStore.getDefaultType()));
            store.load(in, ssl("keystorePassword").orElse("").toCharArray());
            return Optional.of(Authorities.of(store).sockets());
        } catch (GeneralSecurityException e) {
            throw new IOException("camel.ssl.keyStore is not a key store that can be read", e);
        }
    }

    private Optional<String> ssl(String key) {
        return both("camel.ssl.", key);
    }

    private boolean is(String key) {
        return get(key).filter(Boolean::parseBoolean).isPresent();
    }

    private Optional<String> get(String key) {
        return both(PREFIX, key);
    }

    /** Camel knows each key in two spellings. */
    private Optional<String> both(String prefix, String key) {
        return Stream.of(key, StringHelper.camelCaseToDash(key))
                .flatMap(spelling -> settings.apply(prefix + spelling).stream())
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    @Override
    public String toString() {
        return host() + ":" + get("port").orElse("");
    }
}
