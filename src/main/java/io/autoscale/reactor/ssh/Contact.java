package io.autoscale.reactor.ssh;

import io.autoscale.reactor.event.InstanceId;
import java.util.Optional;
import org.apache.sshd.client.future.AuthFuture;
import org.apache.sshd.client.future.ConnectFuture;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;

/**
 * One connection to an instance, from the attempt to connect until its session is closed, and what became of it.
 * {@code camel-ssh} reports most failures without their reason; here it is kept. It travels with the session as its
 * connection context, as an address may belong to several instances in turn (or, in tests, at once).
 */
final class Contact {

    static final AttributeRepository.AttributeKey<Contact> KEY = new AttributeRepository.AttributeKey<>();

    private final Target target;
    private final String user;
    private final String peer;

    private ConnectFuture connecting;
    private ClientSession session;
    private AuthFuture authenticating;
    private String hostKeyProblem;
    private String unanswered;
    private boolean overTime;
    private boolean tooMuchOutput;
    private boolean closed;

    Contact(Target target, String user, String peer) {
        this.target = target;
        this.user = user;
        this.peer = peer;
    }

    static Optional<Contact> of(ClientSession session) {
        AttributeRepository context = session.getConnectionContext();
        return Optional.ofNullable(context == null ? null : context.getAttribute(KEY));
    }

    InstanceId instance() {
        return target.id();
    }

    Target target() {
        return target;
    }

    String user() {
        return user;
    }

    /** Address and port, for messages. */
    String peer() {
        return peer;
    }

    synchronized void connecting(ConnectFuture future) {
        connecting = future;
        if (closed) {
            future.cancel();
        }
    }

    /** Notes the session; closes it at once if the contact was closed while it came up, which must not be missed. */
    void opened(ClientSession opened) {
        boolean late;
        synchronized (this) {
            session = opened;
            late = closed;
        }
        if (late) {
            opened.close(true);
        }
    }

    synchronized void authenticating(AuthFuture future) {
        authenticating = future;
    }

    /** Notes that our side ends the session; if authentication is not over then, no answer came in time. */
    synchronized void giveUp() {
        noteUnanswered("no answer in time");
    }

    /** Notes that the session breaks; if authentication is not over then, the server does not stay up yet. */
    synchronized void lose() {
        noteUnanswered("it closed the connection");
    }

    private void noteUnanswered(String how) {
        if (unanswered == null && (authenticating == null || !authenticating.isDone())) {
            unanswered = how;
        }
    }

    synchronized void refuseHostKey(String problem) {
        hostKeyProblem = problem;
    }

    /** Ends the session because its time is up: a command that keeps printing would otherwise hold it for ever. */
    void endOverTime() {
        synchronized (this) {
            overTime = true;
        }
        close();
    }

    /** Ends the session because the other side prints without end: {@code camel-ssh} keeps all of it in memory. */
    void endTooMuchOutput() {
        synchronized (this) {
            tooMuchOutput = true;
        }
        close();
    }

    /** Ends the connection at once, in whatever state it is; an exchange that waits for it fails at once. */
    void close() {
        ConnectFuture attempt;
        ClientSession open;
        synchronized (this) {
            closed = true;
            attempt = connecting;
            open = session;
        }
        if (attempt != null && !attempt.isDone()) {
            attempt.cancel();
        }
        if (open != null) {
            open.close(true);
        }
    }

    synchronized boolean isOverTime() {
        return overTime;
    }

    synchronized boolean isTooMuchOutput() {
        return tooMuchOutput;
    }

    synchronized Optional<String> hostKeyProblem() {
        return Optional.ofNullable(hostKeyProblem);
    }

    synchronized boolean isConnected() {
        return session != null;
    }

    synchronized boolean hasTriedToAuthenticate() {
        return authenticating != null;
    }

    synchronized boolean isAuthenticated() {
        return authenticating != null && authenticating.isSuccess();
    }

    /** Whether the server has answered that it does not let this key or user in. */
    boolean isRefused() {
        return disconnectCode() == SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE;
    }

    /** Whether the two sides have no algorithm in common. */
    boolean isIncompatible() {
        return disconnectCode() == SshConstants.SSH2_DISCONNECT_KEY_EXCHANGE_FAILED;
    }

    private int disconnectCode() {
        return problem()
                .filter(SshException.class::isInstance)
                .map(e -> ((SshException) e).getDisconnectCode())
                .orElse(0);
    }

    /** How the session ended before the server had answered whether it lets the reactor in. */
    synchronized Optional<String> unanswered() {
        return Optional.ofNullable(unanswered);
    }

    /** What connecting or authenticating failed of; empty while they have not failed. */
    synchronized Optional<Throwable> problem() {
        if (authenticating != null && authenticating.getException() != null) {
            return Optional.of(authenticating.getException());
        }
        if (connecting != null && connecting.getException() != null) {
            return Optional.of(connecting.getException());
        }
        return Optional.empty();
    }
}
