package io.autoscale.reactor.ssh;

/** At which of its addresses an instance is reached. */
public enum AddressChoice {
    PRIVATE,
    PUBLIC,
    /** Private if there is no public one. */
    AUTO
}
