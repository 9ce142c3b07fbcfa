package io.autoscale.reactor.ssh;

import io.autoscale.reactor.failure.NotYet;

/** The SSH server of an instance does not talk yet: not reachable, refusing, silent, or going down again. */
public class SshNotReady extends NotYet {

    private static final long serialVersionUID = 1L;

    public SshNotReady(String message) {
        super(message);
    }
}
