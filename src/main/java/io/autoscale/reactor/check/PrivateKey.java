package io.autoscale.reactor.check;

import io.autoscale.reactor.ssh.SshKeyFile;
import io.autoscale.reactor.ssh.SshSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.common.config.keys.KeyUtils;

/** Reads the SSH key, and says which it is. */
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
        return findings;
    }
}
