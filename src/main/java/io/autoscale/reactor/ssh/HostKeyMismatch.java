package io.autoscale.reactor.ssh;

import io.autoscale.reactor.failure.Hopeless;

/** The SSH server at an instance's address is not proven to be the instance; nothing but a person's replay tries it again. */
public final class HostKeyMismatch extends Hopeless {

    private static final long serialVersionUID = 1L;

    public HostKeyMismatch(String message) {
        super(message);
    }

    @Override
    public String kind() {
        return "host-key-mismatch";
    }
}
