package io.autoscale.reactor.ssh;

import io.autoscale.reactor.failure.NotYet;

/** The script of an earlier attempt still runs on the instance, so another one was not started; its end is waited for. */
public class BootstrapRunning extends NotYet {

    private static final long serialVersionUID = 1L;

    public BootstrapRunning(String message) {
        super(message);
    }
}
