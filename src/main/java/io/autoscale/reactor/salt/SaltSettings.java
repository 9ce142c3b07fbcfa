package io.autoscale.reactor.salt;

import io.autoscale.reactor.tls.Authorities;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How to speak with the Salt master.
 *
 * @param url base URL of salt-api
 * @param eauth Salt's external authentication system, such as {@code pam}
 * @param master host name or address that minions connect to
 * @param timeout how long a call may take in all
 * @param authorities that salt-api's certificate comes from; empty: those that Java trusts
 */
public record SaltSettings(
        URI url,
        String username,
        String password,
        String eauth,
        String master,
        Duration timeout,
        Optional<Authorities> authorities) {

    public SaltSettings {
        Objects.requireNonNull(url, "url");
        Objects.requireNonNull(password, "password");
        Objects.requireNonNull(timeout, "timeout");
    }

    @Override
    public String toString() {
        return url + " as " + username + " (" + eauth + "), master " + master;
    }
}
