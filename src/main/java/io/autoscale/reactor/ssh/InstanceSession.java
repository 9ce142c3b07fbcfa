package io.autoscale.reactor.ssh;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.stream.Collectors;
import org.apache.sshd.client.ClientFactoryManager;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.future.AuthFuture;
import org.apache.sshd.client.session.ClientSessionImpl;
import org.apache.sshd.common.channel.PtyChannelConfigurationHolder;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.kex.KexProposalOption;

/** A session that tells its {@link Contact} how it goes, and is limited in time and in what it may print. */
final class InstanceSession extends ClientSessionImpl {

    /** The script's noise goes to a file on the instance; what it prints is a key and, at worst, twenty lines. */
    static final int MOST_OUTPUT = 1024 * 1024;

    private final Bootstraps bootstraps;
    private final Contact contact;
    private volatile ScheduledFuture<?> limit;

    InstanceSession(ClientFactoryManager client, IoSession io, Bootstraps bootstraps) throws Exception {
        super(client, io);
        this.bootstraps = bootstraps;
        this.contact = Contact.of(this).orElseThrow(() -> new IOException("an SSH session without its instance"));
    }

    @Override
    public void start() throws Exception {
        limit = bootstraps.limit(contact);
        contact.opened(this);
        if (!isClosing()) {
            super.start();
        }
    }

    @Override
    protected void preClose() {
        ScheduledFuture<?> running = limit;
        if (running != null) {
            running.cancel(false);
        }
        if (state.get() == State.Graceful) {
            contact.giveUp(); // Only camel-ssh closes gracefully: it is done, or has waited long enough.
        } else {
            contact.lose();
        }
        super.preClose();
    }

    /** Keeps the outcome: {@code camel-ssh} says "Failed to authenticate", be it the key, the host key or the network. */
    @Override
    public AuthFuture auth() throws IOException {
        AuthFuture future = super.auth();
        contact.authenticating(future);
        return future;
    }

    /**
     * Asks first for host keys of the types that are expected; a server with several would else show one that its
     * console, cut short, may not show.
     */
    @Override
    protected byte[] sendKexInit(Map<KexProposalOption, String> proposal) throws Exception {
        Map<KexProposalOption, String> ordered = new EnumMap<>(proposal);
        ordered.computeIfPresent(KexProposalOption.SERVERKEYS, (option, algorithms) -> expectedFirst(algorithms));
        return super.sendKexInit(ordered);
    }

    private String expectedFirst(String algorithms) {
        Set<String> types = contact.target().expectedHostKeys().stream()
                .map((PublicKey key) -> KeyUtils.getKeyType(key))
                .collect(Collectors.toSet());
        Map<Boolean, List<String>> parts = List.of(algorithms.split(",")).stream()
                .collect(Collectors.partitioningBy(name -> types.contains(KeyUtils.getCanonicalKeyType(name))));
        List<String> all = new ArrayList<>(parts.get(true));
        all.addAll(parts.get(false));
        return String.join(",", all);
    }

    @Override
    public ChannelExec createExecChannel(
            String command, Charset charset, PtyChannelConfigurationHolder pty, Map<String, ?> environment)
            throws IOException {
        ChannelExec channel = new ChannelExec(command, charset, pty, environment) {
            @Override
            public void setOut(OutputStream out) {
                super.setOut(new LimitedOutput(out));
            }

            @Override
            public void setErr(OutputStream err) {
                super.setErr(new LimitedOutput(err));
            }
        };
        getConnectionService().registerChannel(channel);
        return channel;
    }

    private final class LimitedOutput extends FilterOutputStream {

        private int left = MOST_OUTPUT;

        LimitedOutput(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int taken = Math.min(length, left);
            out.write(bytes, offset, taken);
            left -= taken;
            if (taken < length) {
                contact.endTooMuchOutput();
            }
        }
    }
}
