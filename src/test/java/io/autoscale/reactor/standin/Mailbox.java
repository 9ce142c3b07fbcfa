package io.autoscale.reactor.standin;

import com.icegreen.greenmail.Managers;
import com.icegreen.greenmail.mail.MailAddress;
import com.icegreen.greenmail.smtp.SmtpManager;
import com.icegreen.greenmail.smtp.SmtpState;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A mail server (GreenMail) on a free port of 127.0.0.1 that keeps what it is sent, whoever it is for. */
public class Mailbox implements AutoCloseable {

    private final Set<String> rejected = ConcurrentHashMap.newKeySet();
    private final List<MimeMessage> earlier = new ArrayList<>();
    private final int port;
    private GreenMail server;
    private boolean refusing;
    private Optional<ServerSocket> silent = Optional.empty();

    public Mailbox() {
        port = Ports.free();
        server = listen(port);
    }

    public int port() {
        return port;
    }

    /** Every mail that has arrived, once for each recipient. */
    public synchronized List<MimeMessage> mails() {
        List<MimeMessage> all = new ArrayList<>(earlier);
        if (!refusing) {
            all.addAll(List.of(server.getReceivedMessages()));
        }
        return all;
    }

    /** The mails that contain this word, each as its subject, an empty line and its text; once for each recipient. */
    public List<String> about(String word) {
        return mails().stream()
                .map(Mailbox::read)
                .filter(text -> text.contains(word))
                .toList();
    }

    private static String read(MimeMessage mail) {
        try {
            return mail.getSubject() + "\n\n" + mail.getContent();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on, until the port is closed, mail is taken after a login only. */
    public synchronized void requireLogin(String user, String password) {
        server.setUser(user, password);
        server.getUserManager().setAuthRequired(true);
    }

    /** From now on mail to this address is refused with 550. */
    public void reject(String address) {
        rejected.add(address);
    }

    /** Closes the port. */
    public synchronized void refuse() {
        if (!refusing) {
            earlier.addAll(List.of(server.getReceivedMessages()));
            server.stop();
            refusing = true;
        }
    }

    /** From now on connections are taken, and nothing is said on them. */
    public synchronized void hang() {
        refuse();
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress("127.0.0.1", port), 100);
            silent = Optional.of(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void endSilence() {
        try {
            if (silent.isPresent()) {
                silent.get().close();
                silent = Optional.empty();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends every fault. */
    public synchronized void heal() {
        rejected.clear();
        endSilence();
        if (refusing) {
            server = listen(port);
            refusing = false;
        }
    }

    @Override
    public synchronized void close() {
        endSilence();
        if (!refusing) {
            server.stop();
        }
    }

    private GreenMail listen(int wanted) {
        ServerSetup setup = new ServerSetup(wanted, "127.0.0.1", ServerSetup.PROTOCOL_SMTP);
        setup.setServerStartupTimeout(10_000);
        GreenMail fresh = new RejectingGreenMail(setup);
        fresh.start();
        return fresh;
    }

    private class RejectingGreenMail extends GreenMail {

        RejectingGreenMail(ServerSetup setup) {
            super(setup);
            managers = new RejectingManagers();
        }
    }

    private class RejectingManagers extends Managers {

        private final SmtpManager smtp = new SmtpManager(getImapHostManager(), getUserManager()) {
            @Override
            public String checkRecipient(SmtpState state, MailAddress recipient) {
                return rejected.contains(recipient.getEmail()) ? "550 5.1.1 No such user here" : null;
            }
        };

        @Override
        public SmtpManager getSmtpManager() {
            return smtp;
        }
    }
}
