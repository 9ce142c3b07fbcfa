package io.autoscale.reactor.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExposureTest {

    @TempDir
    Path directory;

    private Path secret;

    @BeforeEach
    void write() throws IOException {
        secret = Files.createFile(directory.resolve("secret"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw--w----", "rw----r--", "rw-----w-"})
    void aFileOfTheReactorsOwnIsForNobodyElse(String mode) throws IOException {
        mode(mode);

        assertThat(new Exposure(Set.of(secret), owner()).warnings())
                .anyMatch(warning -> warning.endsWith("chmod go-rwx " + secret));
    }

    @ParameterizedTest
    @ValueSource(strings = {"r--------", "rw-------", "rwx--x--x"})
    void whatOthersCannotReadIsWell(String mode) throws IOException {
        mode(mode);

        assertThat(new Exposure(Set.of(secret), "reactor").warnings()).isEmpty();
    }

    @Test
    void aFileOfAnotherUserMayBeReadThroughItsGroup() throws IOException {
        mode("r--r-----");

        assertThat(new Exposure(Set.of(secret), "nobody-of-this-name").warnings())
                .isEmpty();
    }

    @Test
    void aFileThatIsNotThereExposesNothing() {
        assertThat(new Exposure(Set.of(directory.resolve("none")), "reactor").warnings())
                .isEmpty();
    }

    @Test
    void rootIsToldSo() {
        assertThat(new Exposure(Set.of(), "root").warnings())
                .singleElement()
                .asString()
                .contains("as root");
    }

    @Test
    void thisProcessHasAUser() {
        assertThat(Exposure.user()).isNotEmpty();
    }

    private String owner() throws IOException {
        return Files.getOwner(secret).getName();
    }

    private void mode(String mode) throws IOException {
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString(mode));
    }
}
