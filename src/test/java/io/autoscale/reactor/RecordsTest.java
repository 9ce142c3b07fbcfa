package io.autoscale.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a record prints of itself by default is all that it holds. */
class RecordsTest {

    private static final String SECRET = "Zq9-secret";

    /** Valid as whatever text a record may hold: a user, the URL of a broker, a name. */
    private static final String OTHER = "tcp";

    private static final Pattern SECRETIVE = Pattern.compile("password|passphrase|token|secret");

    @Test
    void noneThatHoldsASecretPrintsIt() throws Exception {
        List<Class<?>> records;
        Path classes = Path.of(Settings.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.walk(classes)) {
            records = files.map(file -> classes.relativize(file).toString())
                    .filter(name -> name.endsWith(".class"))
                    .map(name -> name.replaceFirst("\\.class$", "").replace('/', '.'))
                    .<Class<?>>map(RecordsTest::type)
                    .filter(Class::isRecord)
                    .filter(type ->
                            Arrays.stream(type.getRecordComponents()).anyMatch(component -> isSecret(type, component)))
                    .toList();
        }

        assertThat(records).hasSizeGreaterThanOrEqualTo(7);
        for (Class<?> type : records) {
            assertThat(make(type).toString()).as(type.getName()).doesNotContain(SECRET);
        }
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name, false, RecordsTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isSecret(Class<?> type, RecordComponent component) {
        String name = (type.getSimpleName() + " " + component.getName()).toLowerCase(Locale.ROOT);
        boolean text = component.getType() == String.class
                || component.getGenericType().getTypeName().equals("java.util.Optional<java.lang.String>");
        return text && SECRETIVE.matcher(name).find();
    }

    private static Object make(Class<?> type) throws ReflectiveOperationException {
        RecordComponent[] components = type.getRecordComponents();
        Constructor<?> constructor = type.getDeclaredConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        constructor.setAccessible(true);
        return constructor.newInstance(Arrays.stream(components)
                .map(component -> value(component.getType(), isSecret(type, component) ? SECRET : OTHER))
                .toArray());
    }

    private static Object value(Class<?> type, String text) {
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        return Stream.of(
                        text,
                        Optional.of(text),
                        1,
                        List.of(text),
                        Path.of(text),
                        URI.create(text),
                        Duration.ofSeconds(1),
                        Instant.EPOCH)
                .filter(value -> type.isInstance(value) || type == int.class && value instanceof Integer)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("There is no sample of " + type + " here yet."));
    }
}
