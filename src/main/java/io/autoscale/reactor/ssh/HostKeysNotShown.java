package io.autoscale.reactor.ssh;

import io.autoscale.reactor.failure.NotYet;

/** The instance has not printed its SSH host keys on its console yet. */
public final class HostKeysNotShown extends NotYet {

    private static final long serialVersionUID = 1L;

    HostKeysNotShown(String message) {
        super(message);
    }
}
