package io.autoscale.reactor.standin;

import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.sshd.common.config.keys.PublicKeyEntry;

/**
 * The whole outside world: instances that EC2 knows, that can be reached by SSH, and whose minions ask the Salt master
 * to be let in. Nothing is announced here; that is for who sends the SNS messages.
 */
public class Cloud implements AutoCloseable {

    private final Aws aws = new Aws();
    private final SaltApi salt = new SaltApi();
    private final Mailbox mailbox = new Mailbox();
    private final InstanceHost host;
    private final Path privateKey;
    private final String publicKey;

    /** @param directory where the private key is written that lets in to every instance */
    public Cloud(Path directory) {
        this(directory, Optional.empty());
    }

    /** @param passphrase that the private key is encrypted with */
    public Cloud(Path directory, Optional<String> passphrase) {
        KeyPair pair = InstanceHost.ecKey();
        privateKey = OpenSshKey.write(pair, directory.resolve("instances.key"), passphrase);
        publicKey = PublicKeyEntry.toString(pair.getPublic());
        host = new InstanceHost(pair.getPublic(), salt);
    }

    public Aws aws() {
        return aws;
    }

    public SaltApi salt() {
        return salt;
    }

    public InstanceHost host() {
        return host;
    }

    public Mailbox mailbox() {
        return mailbox;
    }

    /** The SSH key of every instance, as a file that OpenSSH reads too. */
    public Path privateKey() {
        return privateKey;
    }

    /** The public half of it, as a line of {@code authorized_keys}. */
    public String publicKey() {
        return publicKey;
    }

    /** A new instance of this group: running, and its host key is on its console. */
    public String launch(String group) {
        String id = "i-%017x".formatted(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE));
        aws.instance(id).group(group).consoleOutput(host.consoleOutput());
        return id;
    }

    /** The instance begins to shut down; its minion stops. */
    public void terminate(String id) {
        aws.terminate(id);
        host.powerOff(id);
    }

    /** The instance has ended: EC2 shows it as terminated. */
    public void gone(String id) {
        aws.gone(id);
        host.powerOff(id);
    }

    @Override
    public void close() throws IOException {
        try (aws;
                salt;
                mailbox;
                host) {
            // Each is closed, also when another can't be.
        }
    }
}
