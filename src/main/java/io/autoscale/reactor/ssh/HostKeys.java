package io.autoscale.reactor.ssh;

import io.autoscale.reactor.event.InstanceId;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Body;
import org.apache.camel.Variable;

/** Tells the SSH client which host keys an instance has, by what it printed on its console. */
public final class HostKeys {

    private final Bootstraps bootstraps;
    private final HostKeyCheck check;

    public HostKeys(Bootstraps bootstraps, HostKeyCheck check) {
        this.bootstraps = bootstraps;
        this.check = check;
    }

    /**
     * Takes note of the host keys on a console.
     *
     * @throws HostKeysNotShown if the check is strict and the console shows no key yet
     * @throws HostKeyMismatch if the console shows now that a key was accepted wrongly while it showed none
     */
    public void expect(@Variable("instance") InstanceId instance, @Body String console)
            throws HostKeysNotShown, HostKeyMismatch {
        List<PublicKey> keys = ConsoleHostKeys.parse(console);
        if (keys.isEmpty() && check == HostKeyCheck.STRICT) {
            throw new HostKeysNotShown("The EC2 console of " + instance
                    + " shows no SSH host keys yet, and reactor.ssh.host-key=strict asks for one.");
        }
        Optional<PublicKey> accepted = bootstraps.find(instance).flatMap(Target::unproven);
        bootstraps.expectHostKeys(instance, keys);
        if (accepted.isPresent() && !keys.isEmpty() && !Target.contains(keys, accepted.get())) {
            throw new HostKeyMismatch(
                    "The SSH server that was taken for " + instance + " is not proven to be it: its host key "
                            + HostKeyVerifier.fingerprint(accepted.get())
                            + " was accepted while the EC2 console showed none, but now the console shows "
                            + HostKeyVerifier.fingerprints(keys)
                            + ". bootstrap.sh was run there, which holds nothing secret; the minion key that came back was not accepted."
                            + " Somebody else may be answering at this address.");
        }
    }
}
