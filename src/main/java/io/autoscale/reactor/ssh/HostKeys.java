package io.autoscale.reactor.ssh;

import io.autoscale.reactor.event.InstanceId;
import java.security.PublicKey;
import java.util.List;
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

    /** @throws HostKeysNotShown if the check is strict and the console shows no key yet */
    public void expect(@Variable("instance") InstanceId instance, @Body String console) throws HostKeysNotShown {
        List<PublicKey> keys = ConsoleHostKeys.parse(console);
        if (keys.isEmpty() && check == HostKeyCheck.STRICT) {
            throw new HostKeysNotShown("The EC2 console of " + instance
                    + " shows no SSH host keys yet, and reactor.ssh.host-key=strict asks for one.");
        }
        bootstraps.expectHostKeys(instance, keys);
    }
}
