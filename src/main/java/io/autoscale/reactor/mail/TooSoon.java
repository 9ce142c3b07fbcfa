package io.autoscale.reactor.mail;

import io.autoscale.reactor.failure.NotYet;

/** No mail is due yet, as others went before it. */
public final class TooSoon extends NotYet {

    private static final long serialVersionUID = 1L;

    TooSoon(String message) {
        super(message);
    }
}
