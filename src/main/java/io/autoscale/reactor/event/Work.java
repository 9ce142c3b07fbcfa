package io.autoscale.reactor.event;

/** What an event asks for; {@code dispatch} branches on it. */
public enum Work {
    /** The instance is to become a Salt minion. */
    BOOTSTRAP,
    /** The instance's key is to leave the Salt master, once the instance is really going. */
    DELETE_KEY,
    /** The administrators are to be told. */
    NOTIFY,
    /** Nothing but a log line. */
    NOTHING
}
