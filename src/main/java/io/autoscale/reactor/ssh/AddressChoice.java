package io.autoscale.reactor.ssh;

import java.util.Optional;

/** Which address of an instance SSH uses: {@code reactor.ssh.address}. */
public enum AddressChoice {
    PRIVATE,
    PUBLIC,
    /** The public one; the private one if there is no public one. */
    AUTO;

    /** Returns the address to use out of those that the instance has; empty as long as it has none of that kind. */
    public Optional<String> choose(Optional<String> privateAddress, Optional<String> publicAddress) {
        return switch (this) {
            case PRIVATE -> privateAddress;
            case PUBLIC -> publicAddress;
            case AUTO -> publicAddress.or(() -> privateAddress);
        };
    }
}
