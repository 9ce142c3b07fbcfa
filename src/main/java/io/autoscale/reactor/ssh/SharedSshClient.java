package io.autoscale.reactor.ssh;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.client.config.hosts.HostConfigEntry;
import org.apache.sshd.client.future.ConnectFuture;
import org.apache.sshd.client.session.ClientSessionImpl;
import org.apache.sshd.client.session.SessionFactory;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.core.CoreModuleProperties;

/**
 * Gives all SSH producers one started client: each {@code build} returns the same. Bare {@code camel-ssh} makes a client
 * with about seven threads for every producer, that is, for every instance. A producer that stops must not stop it for
 * the others, so its {@code stop} does nothing; {@link #close} of this bean does.
 *
 * <p>The endpoint options {@code ciphers}, {@code kex}, {@code macs}, {@code signatures}, {@code compressions} and
 * {@code knownHostsResource} are not to be used with it: they would change the client for all.
 */
public final class SharedSshClient extends ClientBuilder implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(15);
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final int MISSED_HEARTBEATS = 3;
    /** Fixed, so that threads don't grow with the instances; what they do is mostly waiting. */
    private static final int WORKERS = 4;

    private final Bootstraps bootstraps;
    private final Duration connect;
    private final Duration heartbeat;

    private Client client;
    private boolean closed;

    public SharedSshClient(SshSettings settings, Bootstraps bootstraps) {
        this(settings, bootstraps, CONNECT, HEARTBEAT);
    }

    SharedSshClient(SshSettings settings, Bootstraps bootstraps, Duration connect, Duration heartbeat) {
        this.bootstraps = bootstraps;
        this.connect = connect;
        this.heartbeat = heartbeat;
        serverKeyVerifier(new HostKeyVerifier(settings.hostKey()));
        hostConfigEntryResolver((host, port, local, user, jump, context) ->
                new HostConfigEntry(host, bootstraps.find(host).address(), port, user));
        keyExchangeFactories(NamedFactory.setUpTransformedFactories(true, keyExchanges(), DH2KEX));
        signatureFactories(signatures());
        factory(Client::new);
    }

    /**
     * The post-quantum exchanges come last: in pure Java they cost five times the CPU of all the rest, and nothing that
     * is secret travels here.
     */
    private static List<BuiltinDHFactories> keyExchanges() {
        List<BuiltinDHFactories> order = new ArrayList<>(DEFAULT_KEX_PREFERENCE);
        order.removeAll(List.of(BuiltinDHFactories.curve25519, BuiltinDHFactories.curve25519_libssh));
        order.add(0, BuiltinDHFactories.curve25519);
        order.add(1, BuiltinDHFactories.curve25519_libssh);
        return order;
    }

    /** No host certificates: the console shows plain keys, and a key is compared with those. */
    private static List<NamedFactory<Signature>> signatures() {
        return setUpDefaultSignatureFactories(true).stream()
                .filter(factory -> !factory.getName().contains("-cert-"))
                .toList();
    }

    @Override
    public synchronized SshClient build(boolean isFillWithDefaultValues) {
        if (closed) {
            throw new IllegalStateException("The SSH client is closed: the reactor is stopping.");
        }
        if (client == null) {
            Client built = (Client) super.build(isFillWithDefaultValues);
            configure(built);
            built.start();
            client = built;
        }
        return client;
    }

    private void configure(Client built) {
        built.setSessionFactory(new SessionFactory(built) {
            @Override
            protected ClientSessionImpl doCreateSession(IoSession io) throws Exception {
                return new InstanceSession(getClient(), io, bootstraps);
            }
        });
        // Our key only, handed over by the endpoint: no identities of ~/.ssh, no agent, no passwords.
        built.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        built.setUserAuthFactories(List.of(UserAuthPublicKeyFactory.INSTANCE));
        CoreModuleProperties.IO_CONNECT_TIMEOUT.set(built, connect);
        // A dead peer is found by its silence; without this, one that vanishes holds its exchange for ever.
        CoreModuleProperties.HEARTBEAT_INTERVAL.set(built, heartbeat);
        CoreModuleProperties.HEARTBEAT_NO_REPLY_MAX.set(built, MISSED_HEARTBEATS);
        // A script may be quiet for long; the default ends it after ten minutes, and that looks like success.
        CoreModuleProperties.IDLE_TIMEOUT.set(built, Duration.ZERO);
        CoreModuleProperties.NIO_WORKERS.set(built, WORKERS);
    }

    /** Stops the client with all that is connected. */
    @Override
    public void close() {
        Client stopping;
        synchronized (this) {
            closed = true;
            stopping = client;
            client = null;
        }
        if (stopping != null) {
            stopping.shutDown();
        }
    }

    private final class Client extends SshClient {

        /** Begins the {@link Contact} and sends it along, so that the session knows its instance. */
        @Override
        public ConnectFuture connect(HostConfigEntry host, AttributeRepository context, SocketAddress local)
                throws IOException {
            Contact contact = bootstraps.find(host.getHost()).contact(host.getUsername(), host.getPort());
            AttributeRepository instance = AttributeRepository.ofKeyValuePair(Contact.KEY, contact);
            ConnectFuture future = super.connect(host, instance, local);
            contact.connecting(future);
            return future;
        }

        /** Does nothing: every producer calls it when it stops. */
        @Override
        public void stop() {}

        void shutDown() {
            super.stop();
        }
    }
}
