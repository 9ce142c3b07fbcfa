package io.autoscale.reactor.ssh;

import io.autoscale.reactor.event.InstanceId;
import java.io.IOException;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.common.config.keys.KeyUtils;

/** An instance in hand: where it is, by which keys it is known, and its latest connection. */
final class Target {

    private final InstanceId id;

    private String address;
    private List<PublicKey> expected = List.of();
    private PublicKey remembered;
    private Contact contact;
    private boolean cancelled;
    private boolean lost;

    Target(InstanceId id) {
        this.id = id;
    }

    InstanceId id() {
        return id;
    }

    synchronized void reach(String newAddress) {
        address = newAddress;
    }

    synchronized String address() throws IOException {
        if (address == null) {
            throw new IOException("no address of " + id + " is known");
        }
        return address;
    }

    /** An empty list changes nothing: a key that was known is not forgotten because a console shows it no more. */
    synchronized void expectHostKeys(List<PublicKey> keys) {
        expected = keys.isEmpty() ? expected : List.copyOf(keys);
    }

    synchronized List<PublicKey> expectedHostKeys() {
        return expected;
    }

    /**
     * Returns the key that was accepted without proof before, noting this one if there was none; so a server cannot
     * change its key while its instance is in hand.
     */
    synchronized Optional<PublicKey> remember(PublicKey shown) {
        if (remembered == null) {
            remembered = shown;
            return Optional.empty();
        }
        return Optional.of(remembered);
    }

    /** The key that was accepted without proof, as long as none has come since. */
    synchronized Optional<PublicKey> unproven() {
        return expected.isEmpty() ? Optional.ofNullable(remembered) : Optional.empty();
    }

    /** Starts a contact, which replaces the one before. */
    Contact contact(String user, int port) throws IOException {
        Contact before;
        Contact started;
        synchronized (this) {
            if (cancelled || lost) {
                throw new IOException(id + " is not to be bootstrapped any more");
            }
            before = contact;
            started = new Contact(this, user, address() + ":" + port);
            contact = started;
        }
        if (before != null) {
            before.close();
        }
        return started;
    }

    synchronized Optional<Contact> contact() {
        return Optional.ofNullable(contact);
    }

    /** Forgets the contact, as its command has ended; closes what a dead peer may leave open of it. */
    void done() {
        Contact ended;
        synchronized (this) {
            ended = contact;
            contact = null;
        }
        if (ended != null) {
            ended.close();
        }
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }

    void cancel() {
        synchronized (this) {
            cancelled = true;
        }
        close();
    }

    synchronized boolean isLost() {
        return lost;
    }

    /** Another worker may begin with the instance: this one connects no more. */
    void lose() {
        synchronized (this) {
            lost = true;
        }
        close();
    }

    void close() {
        contact().ifPresent(Contact::close);
    }

    static boolean contains(List<PublicKey> keys, PublicKey shown) {
        return keys.stream().anyMatch(key -> KeyUtils.compareKeys(key, shown));
    }
}
