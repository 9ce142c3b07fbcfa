package io.autoscale.reactor.fuzz;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** A client that sends bytes as they are, and reads one answer for them. */
final class Connection implements AutoCloseable {

    /** The webhook has to answer within 10 s. */
    private static final int PATIENCE_MILLIS = 30_000;

    /** After this time it is told that nothing more comes. */
    private static final int HURRY_MILLIS = 300;

    private final int port;
    private Socket socket;
    private InputStream in;

    Connection(int port) {
        this.port = port;
    }

    /** The answer; empty if the connection was closed without one. */
    Optional<Answer> send(Delivery delivery) throws IOException {
        boolean orderly = delivery.due().isOrderly();
        if (!orderly) {
            end();
        }
        open();
        Optional<Answer> answer;
        try {
            socket.getOutputStream().write(delivery.request());
            if (delivery.due() == Delivery.Due.CUT || delivery.due() == Delivery.Due.ANYTHING && !answersSoon()) {
                socket.shutdownOutput();
            }
            answer = Optional.of(read(delivery.isHead()));
        } catch (EOFException | SocketException e) {
            answer = Optional.empty();
        }
        if (!orderly || answer.isEmpty() || answer.get().closes()) {
            end();
        }
        return answer;
    }

    private void open() throws IOException {
        if (socket == null) {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            // Ends without TIME_WAIT, of which a million use up all ports.
            socket.setSoLinger(true, 0);
            in = new BufferedInputStream(socket.getInputStream());
        }
    }

    private boolean answersSoon() throws IOException {
        socket.setSoTimeout(HURRY_MILLIS);
        in.mark(1);
        try {
            in.read();
            in.reset();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } finally {
            socket.setSoTimeout(PATIENCE_MILLIS);
        }
    }

    private Answer read(boolean isHead) throws IOException {
        // The version that was asked for is in the answer, too, whatever it was.
        String[] status = line().split(" ", 3);
        int code = Integer.parseInt(status[1]);
        int length = 0;
        boolean chunked = false;
        boolean closes = "HTTP/1.0".equals(status[0]);
        for (String line = line(); !line.isEmpty(); line = line()) {
            String header = line.toLowerCase(Locale.ROOT);
            if (header.startsWith("content-length:")) {
                length = Integer.parseInt(
                        header.substring("content-length:".length()).strip());
            }
            chunked |= header.equals("transfer-encoding: chunked");
            closes |= header.equals("connection: close");
        }
        if (code == 100) {
            return read(isHead);
        }
        if (isHead) {
            return new Answer(code, "", true);
        }
        StringBuilder body = new StringBuilder();
        if (chunked) {
            for (int size = chunk(); size > 0; size = chunk()) {
                body.append(text(size));
                line();
            }
            line();
        } else {
            body.append(text(length));
        }
        // HTTP itself refused it, and closes without saying so.
        return new Answer(code, body.toString(), closes || code >= 400 && body.isEmpty());
    }

    private int chunk() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    private String text(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException();
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        end();
    }

    /** The next delivery gets a connection of its own. */
    void end() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }

    /** @param closes whether nothing more can be sent on this connection */
    record Answer(int status, String body, boolean closes) {}
}
