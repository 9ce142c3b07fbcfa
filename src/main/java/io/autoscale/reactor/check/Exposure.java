package io.autoscale.reactor.check;

import io.autoscale.reactor.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** What of this machine may come to know the secrets, or could do more with them than it should. */
public final class Exposure implements Probe {

    private static final Set<PosixFilePermission> OF_EVERYBODY =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    private static final Set<PosixFilePermission> OF_THE_GROUP =
            Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE);

    private final Set<Path> files;
    private final String user;

    /** @param user whom this program runs as */
    Exposure(Set<Path> files, String user) {
        this.files = files;
        this.user = user;
    }

    /** As this process, with these settings, is exposed. */
    public static Exposure of(Settings settings) {
        return new Exposure(settings.secretFiles(), user());
    }

    static String user() {
        return ProcessHandle.current().info().user().orElseGet(() -> System.getProperty("user.name", ""));
    }

    /** One sentence for each thing that should be mended, with how. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if ("root".equals(user)) {
            warnings.add("The reactor runs as root, and needs not to. Give it a user of its own:"
                    + " see docs/operations/README.md.");
        }
        files.stream()
                .filter(this::isOpen)
                .sorted()
                .map(file -> "Other users of this machine can get at " + file + ". Mend it with: chmod go-rwx " + file)
                .forEach(warnings::add);
        return warnings;
    }

    @Override
    public List<Finding> findings() {
        List<String> warnings = warnings();
        return warnings.isEmpty()
                ? List.of(Finding.ok("no other user of this machine can get at the files of the secrets"))
                : warnings.stream().map(Finding::warning).toList();
    }

    /**
     * Whether others have rights that the reactor has no use for. If the file is not its own, the group is how it reads it,
     * and how the mask of an access control list shows; systemd makes such lists for its credentials.
     */
    private boolean isOpen(Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            return has(permissions, OF_EVERYBODY)
                    || has(permissions, OF_THE_GROUP)
                            && Files.getOwner(file).getName().equals(user);
        } catch (IOException | UnsupportedOperationException e) {
            // No file, which is said elsewhere, or a file system without such rights.
            return false;
        }
    }

    private static boolean has(Set<PosixFilePermission> permissions, Set<PosixFilePermission> any) {
        return !Collections.disjoint(permissions, any);
    }
}
