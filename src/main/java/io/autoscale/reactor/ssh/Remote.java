package io.autoscale.reactor.ssh;

import io.autoscale.reactor.event.Foreign;
import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.failure.ClaimLost;
import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.Hopeless;
import io.autoscale.reactor.failure.InstanceGone;
import io.autoscale.reactor.failure.NotYet;
import io.autoscale.reactor.failure.Outage;
import io.autoscale.reactor.salt.MinionKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.apache.camel.component.ssh.SshConstants;

/** Tells what a command on an instance came to: its output, or the failure that it was. */
public final class Remote {

    private static final String KEY_BEGIN = "#reactor minion-key begin";
    private static final String KEY_END = "#reactor minion-key end";
    private static final int MOST_REASON = 300;

    private final Bootstraps bootstraps;

    public Remote(Bootstraps bootstraps) {
        this.bootstraps = bootstraps;
    }

    /**
     * Returns the output of a command that did its work; that there is no key to show (exit value 3) is an answer, too.
     * An exchange without an exit value is a failure: {@code camel-ssh} returns it, without an exception, when the
     * connection was lost, the session closed or the shell killed, and the output may be cut.
     *
     * @throws InstanceGone if the instance was cancelled meanwhile
     * @throws ClaimLost if the instance is another worker's now
     * @throws BootstrapRunning if an earlier run of the script is not over yet
     * @throws Failed if the command did not end, or failed; with the last lines that it printed
     */
    public String check(
            @Variable("instance") InstanceId instance,
            @Header(SshConstants.EXIT_VALUE) Integer exit,
            @Body InputStream stdout,
            @Header(SshConstants.STDERR) InputStream stderr)
            throws InstanceGone, ClaimLost, BootstrapRunning, Failed {
        String said = said(text(stderr));
        if (exit == null) {
            bootstraps.checkAlive(instance);
            throw new Failed(unfinished(instance) + said);
        }
        bootstraps.find(instance).ifPresent(Target::done);
        switch (exit) {
            case 0, 3:
                return text(stdout);
            case 75:
                throw new BootstrapRunning("An earlier bootstrap of " + instance + " is still running on it.");
            case 64:
                throw new Hopeless("The script refused an argument on " + instance + said);
            case 69:
                throw new Failed("Salt could not be installed on " + instance + said);
            case 70:
                throw new Failed("The minion did not start or made no key on " + instance + said);
            case 77:
                throw new Failed("The SSH user is neither root on " + instance
                        + " nor allowed to run sudo without a password" + said);
            case 124, 137:
                throw new Failed("The script ran longer than its limit on " + instance + " and was stopped" + said);
            default:
                throw new Failed("The script ended with exit value " + exit + " on " + instance + said);
        }
    }

    private String unfinished(InstanceId instance) {
        Optional<Contact> contact = bootstraps.find(instance).flatMap(Target::contact);
        if (contact.map(Contact::isOverTime).orElse(false)) {
            return "The command on " + instance + " was over its time limit, so its connection was closed";
        }
        if (contact.map(Contact::isTooMuchOutput).orElse(false)) {
            return "The command on " + instance + " printed more than " + InstanceSession.MOST_OUTPUT
                    + " bytes, so its connection was closed";
        }
        return "The connection to " + instance + " was lost before the script ended";
    }

    private static String said(String stderr) {
        String last = Foreign.lastLines(stderr);
        return last.isEmpty() ? "." : "; it printed last: " + last;
    }

    /** Output is bounded by the session already; this bounds what an exchange from elsewhere may carry. */
    private static String text(InputStream output) throws Failed {
        if (output == null) {
            return "";
        }
        try (output) {
            return new String(output.readNBytes(InstanceSession.MOST_OUTPUT), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new Failed("The output of a command could not be read.", e);
        }
    }

    /**
     * Returns the key that the script printed between its marks.
     *
     * @throws Failed if there is none, or no valid one
     */
    public MinionKey minionKey(@Variable("instance") InstanceId instance, @Body String stdout) throws Failed {
        return shownKey(instance, stdout)
                .orElseThrow(() -> new Failed("The script on " + instance + " ended well but printed no minion key."));
    }

    /**
     * Returns the key that the script printed between its marks; empty if it printed none.
     *
     * @throws Failed if what stands there is no valid key
     */
    public Optional<MinionKey> shownKey(@Variable("instance") InstanceId instance, @Body String stdout) throws Failed {
        int begin = stdout.lastIndexOf(KEY_BEGIN);
        if (begin < 0) {
            return Optional.empty();
        }
        int end = stdout.indexOf(KEY_END, begin);
        if (end < 0) {
            throw new Failed("The minion key that the script on " + instance + " printed is cut off.");
        }
        try {
            return Optional.of(new MinionKey(stdout.substring(begin + KEY_BEGIN.length(), end)));
        } catch (IllegalArgumentException e) {
            throw new Failed("The script on " + instance + " printed a bad minion key: " + e.getMessage(), e);
        }
    }

    /**
     * Throws what a failed exchange really was. The exception of {@code camel-ssh} holds the whole command and seldom the
     * reason, so neither it nor its text is passed on; the reason comes from the {@link Contact}.
     *
     * @throws InstanceGone if the instance was cancelled, whatever the exchange failed of
     * @throws ClaimLost if the instance is another worker's now
     * @throws SshNotReady if the server could not be talked to yet
     * @throws HostKeyMismatch if the server is not proven to be the instance
     * @throws Failed if the server refused the key, and in all other cases
     */
    public void explain(@Variable("instance") InstanceId instance, Exception failure)
            throws InstanceGone, ClaimLost, NotYet, Outage, Failed {
        bootstraps.checkAlive(instance);
        if (failure instanceof NotYet known) {
            throw known;
        }
        if (failure instanceof InstanceGone known) {
            throw known;
        }
        if (failure instanceof Outage known) {
            throw known;
        }
        if (failure instanceof Failed known) {
            throw known;
        }
        Optional<Contact> contact = bootstraps.find(instance).flatMap(Target::contact);
        if (contact.isEmpty()) {
            throw new Failed("No SSH connection to " + instance + " was tried: " + reason(cause(failure)) + ".");
        }
        explain(contact.get(), cause(failure));
    }

    private static void explain(Contact contact, Throwable cause) throws NotYet, Failed {
        String ssh = "SSH " + contact.peer();
        String instance = " (" + contact.instance() + ")";
        if (contact.hostKeyProblem().isPresent()) {
            throw new HostKeyMismatch(contact.hostKeyProblem().get());
        }
        if (contact.isRefused()) {
            throw new Failed(ssh + " refused the key for " + contact.user() + instance + ".");
        }
        if (contact.isIncompatible()) {
            throw new Failed(ssh + " has no algorithm in common with the reactor" + instance + ": "
                    + contact.problem().map(Remote::reason).orElse("") + ".");
        }
        if (contact.isAuthenticated()) {
            // Without a channel camel-ssh fails with a NullPointerException.
            throw new Failed(ssh + " let the reactor in but opened no channel for the command" + instance
                    + "; the server's MaxSessions may be too low, or it closed the connection: " + reason(cause) + ".");
        }
        if (contact.isConnected() && !contact.hasTriedToAuthenticate() && cause instanceof NullPointerException) {
            throw new Failed(ssh + " was reached, but the endpoint has no private key for it" + instance
                    + ": keyPairProvider must be #sshKey.");
        }
        throw new SshNotReady(ssh + " is not ready yet" + instance + ": "
                + contact.unanswered()
                        .or(() -> contact.problem().map(Remote::reason))
                        .orElse("no connection in time") + ".");
    }

    /** The outermost exception is Camel's and quotes the command; its cause is from {@code camel-ssh} or below. */
    private static Throwable cause(Exception failure) {
        return failure.getCause() == null ? failure : failure.getCause();
    }

    private static String reason(Throwable problem) {
        String text = problem.getMessage();
        return Foreign.line(text == null ? problem.getClass().getSimpleName() : text, MOST_REASON);
    }
}
