package io.autoscale.reactor.standin;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Speaks TLS on a free port of 127.0.0.1 before a stand-in that does not, with a certificate that can be changed; either from the
 * first byte on, or as a mail server does after STARTTLS.
 */
public final class TlsFront implements AutoCloseable {

    private final int target;
    private final boolean startTls;
    private final ServerSocket server;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong passed = new AtomicLong();
    private final ExecutorService workers = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "tls-front");
        thread.setDaemon(true);
        return thread;
    });
    private volatile SSLContext tls;

    private TlsFront(int target, boolean startTls, SSLContext tls) {
        this.target = target;
        this.startTls = startTls;
        this.tls = tls;
        try {
            server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        workers.execute(this::serve);
    }

    /** @param target port of the stand-in */
    public static TlsFront implicit(int target, SSLContext tls) {
        return new TlsFront(target, false, tls);
    }

    /** @param target port of the mail server */
    public static TlsFront startTls(int target, SSLContext tls) {
        return new TlsFront(target, true, tls);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** What connections from now on meet. */
    public void present(SSLContext changed) {
        tls = changed;
    }

    /** How many connections were made. */
    public int connections() {
        return connections.get();
    }

    /** How many bytes were sent to the stand-in, unencrypted or after a handshake. */
    public long passed() {
        return passed.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
        workers.shutdownNow();
    }

    private void serve() {
        try {
            while (true) {
                Socket client = server.accept();
                connections.incrementAndGet();
                workers.execute(() -> serve(client));
            }
        } catch (IOException closed) {
            // That is the end.
        }
    }

    private void serve(Socket plain) {
        try (plain) {
            if (startTls) {
                awaitStartTls(plain.getInputStream(), plain.getOutputStream());
            }
            try (SSLSocket client = (SSLSocket) tls.getSocketFactory().createSocket(plain, null, true);
                    Socket there = new Socket(InetAddress.getByName("127.0.0.1"), target)) {
                client.startHandshake();
                if (startTls) {
                    // The greeting has been said.
                    line(there.getInputStream());
                }
                workers.execute(() -> answer(there, client));
                pass(client.getInputStream(), there.getOutputStream());
            }
        } catch (IOException ended) {
            // One side has gone, or does not like the certificate; closing the other says so.
        }
    }

    private static void awaitStartTls(InputStream in, OutputStream out) throws IOException {
        say(out, "220 mail.example.org ESMTP");
        while (!line(in).toUpperCase(Locale.ROOT).startsWith("STARTTLS")) {
            say(out, "250-mail.example.org\r\n250 STARTTLS");
        }
        say(out, "220 Go ahead");
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write((text + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** Reads no byte beyond the end of the line, as what comes next may be encrypted. */
    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("closed");
            }
            line.append((char) next);
        }
        return line.toString();
    }

    private void pass(InputStream from, OutputStream to) throws IOException {
        byte[] some = new byte[8192];
        for (int length = from.read(some); length >= 0; length = from.read(some)) {
            passed.addAndGet(length);
            to.write(some, 0, length);
        }
    }

    private static void answer(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException ended) {
            // As above.
        }
    }
}
