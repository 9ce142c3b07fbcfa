package io.autoscale.reactor.ssh;

import java.net.SocketAddress;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.sshd.client.keyverifier.ServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether the key that a server shows is the one of the instance of this session. It runs before
 * authentication, so nothing was sent yet when it refuses. {@code knownHostsResource} of {@code camel-ssh} is no choice:
 * it knows RSA and DSA only, matches by substring, and changes the client that all share.
 */
final class HostKeyVerifier implements ServerKeyVerifier {

    private static final Logger LOG = LoggerFactory.getLogger(HostKeyVerifier.class);

    private final HostKeyCheck check;

    HostKeyVerifier(HostKeyCheck check) {
        this.check = check;
    }

    @Override
    public boolean verifyServerKey(ClientSession session, SocketAddress remote, PublicKey shown) {
        Optional<Contact> contact = Contact.of(session);
        return check == HostKeyCheck.OFF
                || contact.map(known -> accepts(known, shown)).orElse(false);
    }

    private boolean accepts(Contact contact, PublicKey shown) {
        List<PublicKey> expected = contact.target().expectedHostKeys();
        if (!expected.isEmpty()) {
            return Target.contains(expected, shown)
                    || refuse(contact, shown, "its EC2 console shows " + fingerprints(expected));
        }
        if (check == HostKeyCheck.STRICT) {
            return refuse(contact, shown, "its EC2 console shows none, and reactor.ssh.host-key=strict asks for one");
        }
        Optional<PublicKey> before = contact.target().remember(shown);
        if (before.isEmpty()) {
            LOG.warn(
                    "Host key {} of {} ({}) accepted without proof: its EC2 console shows none.",
                    fingerprint(shown),
                    contact.instance(),
                    contact.peer());
            return true;
        }
        return Target.contains(List.of(before.get()), shown)
                || refuse(contact, shown, "a moment ago it showed " + fingerprint(before.get()));
    }

    private static boolean refuse(Contact contact, PublicKey shown, String expected) {
        contact.refuseHostKey("SSH " + contact.peer() + " is not proven to be " + contact.instance()
                + ": it showed the host key " + fingerprint(shown) + ", but " + expected
                + ". Nothing was sent to it. Somebody else may be answering at this address.");
        return false;
    }

    static String fingerprints(List<PublicKey> keys) {
        return keys.stream().map(HostKeyVerifier::fingerprint).collect(Collectors.joining(", "));
    }

    static String fingerprint(PublicKey key) {
        return KeyUtils.getFingerPrint(key) + " (" + KeyUtils.getKeyType(key) + ")";
    }
}
