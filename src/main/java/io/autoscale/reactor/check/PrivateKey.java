package io.autoscale.reactor.check;

import io.autoscale.reactor.ssh.SshKeyFile;
import io.autoscale.reactor.ssh.SshSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.common.config.keys.KeyUtils;

/** Reads the SSH key, says which it is, and whether others may read it too. */
final class PrivateKey implements Probe {

    private final SshSettings settings;

    PrivateKey(SshSettings settings) {
        this.settings = settings;
    }

    @Override
    public List<Finding> findings() throws IOException, GeneralSecurityException {
        List<Finding> findings = new ArrayList<>();
        Path file = settings.privateKey();
        for (KeyPair pair : SshKeyFile.load(file, settings.passphrase()).loadKeys(null)) {
            findings.add(Finding.ok(file + ", " + KeyUtils.getKeyType(pair) + ", public half "
                    + KeyUtils.getFingerPrint(pair.getPublic())));
        }
        if (Files.getFileStore(file).supportsFileAttributeView("posix")
                && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
            findings.add(Finding.warning(
                    "Everybody on this machine can read " + file + ". Mend it with: chmod o-r " + file));
        }
        return findings;
    }
}
