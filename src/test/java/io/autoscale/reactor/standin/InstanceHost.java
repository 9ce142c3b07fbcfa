package io.autoscale.reactor.standin;

import io.autoscale.reactor.event.InstanceId;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;

/**
 * All instances behind one SSH server on 127.0.0.1. Any user with the one right key may run a command, which plays
 * {@code bootstrap.sh} for the instance that its argument {@code id=} names: makes a minion key once, starts a minion,
 * prints the public key between the markers. As on a real instance the script goes on when its connection ends, and a
 * second run of it meanwhile is turned away by the lock.
 */
public class InstanceHost implements AutoCloseable {

    private static final int NO_KEY = 3;
    private static final int BAD_ARGUMENT = 64;
    private static final int LOCKED = 75;
    private static final Pattern ARGUMENT = Pattern.compile("[a-z][a-z0-9_]*=.*", Pattern.DOTALL);

    private final PublicKey allowed;
    private final Minions minions;
    private final KeyPair hostKey = ecKey();
    private final int port;
    private final Map<String, String> minionKeys = new ConcurrentHashMap<>();
    private final List<Map<String, String>> commands = new CopyOnWriteArrayList<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private volatile Duration duration = Duration.ofMillis(200);
    private final List<Closeable> mute = new CopyOnWriteArrayList<>();
    private volatile SshServer server;

    // All below guarded by this.
    private Behaviour behaviour = Behaviour.succeeds();
    private final Map<String, Queue<Behaviour>> once = new HashMap<>();
    private final Map<String, Integer> runs = new HashMap<>();
    private final Map<String, Terminal> locks = new HashMap<>();
    private final Set<String> off = new HashSet<>();
    private final Map<String, Integer> mostAtOnce = new HashMap<>();
    private int mostRunning;
    private int healings;
    private int boots;
    private boolean closed;

    /** What the instances do with their minions. */
    public interface Minions {

        /** Starts the minion of this id with this key; starting it twice is starting it once. */
        void minion(String id, String publicKey);

        void stopMinion(String id);
    }

    /** @param allowed the public key that every user is let in with */
    public InstanceHost(PublicKey allowed, Minions minions) {
        this.allowed = allowed;
        this.minions = minions;
        server = listen(0);
        port = server.getPort();
    }

    // ---- what a test sees --------------------------------------------------------------------------------------

    public int port() {
        return port;
    }

    /** The server's host key as in a {@code .pub} file. */
    public String hostKeyLine() {
        return PublicKeyEntry.toString(hostKey.getPublic());
    }

    /** What cloud-init prints on the console of an instance with this host key. */
    public String consoleOutput() {
        return consoleOutput(hostKeyLine());
    }

    /** What cloud-init prints on the console of an instance with this host key, given as in a {@code .pub} file. */
    public static String consoleOutput(String hostKeyLine) {
        return String.join(
                "\r\n",
                "[   12.345678] cloud-init[1234]: Cloud-init v. 24.4 finished",
                "-----BEGIN SSH HOST KEY KEYS-----",
                hostKeyLine,
                "-----END SSH HOST KEY KEYS-----",
                "");
    }

    /** A host key that no instance here has, as in a {@code .pub} file. */
    public static String otherHostKeyLine() {
        return PublicKeyEntry.toString(ecKey().getPublic());
    }

    /** How many SSH sessions are open. */
    public int sessions() {
        return server.getActiveSessions().size();
    }

    /** The arguments of every command that came, in order. */
    public List<Map<String, String>> commands() {
        return List.copyOf(commands);
    }

    /** The key that the minion of this instance has made; empty before its first bootstrap. */
    public Optional<String> minionKey(String id) {
        return Optional.ofNullable(minionKeys.get(id));
    }

    /** How many bootstraps of this instance got the lock and ran. */
    public synchronized int runs(String id) {
        return runs.getOrDefault(id, 0);
    }

    /** Whether a bootstrap of this instance is under way. */
    public synchronized boolean running(String id) {
        return locks.containsKey(id);
    }

    /** The most bootstraps that were under way at once, over all instances. */
    public synchronized int maxConcurrent() {
        return mostRunning;
    }

    /** 1 if bootstraps of this instance never met, 2 if one was asked for while another was under way, 0 without any. */
    public synchronized int maxConcurrent(String id) {
        return mostAtOnce.getOrDefault(id, 0);
    }

    // ---- what it shall do --------------------------------------------------------------------------------------

    /** How long a bootstrap takes. */
    public void duration(Duration time) {
        duration = time;
    }

    /** What every bootstrap does from now on. */
    public synchronized void behave(Behaviour always) {
        behaviour = always;
    }

    /** What the next bootstrap of this instance does; called again, the one after it. */
    public synchronized void behaveOnce(String id, Behaviour next) {
        once.computeIfAbsent(id, i -> new ArrayDeque<>()).add(next);
    }

    /** The instance is switched off: a run of its script ends, its minion too, and it answers no command any more. */
    public synchronized void powerOff(String id) {
        off.add(id);
        minions.stopMinion(id);
        notifyAll();
    }

    /** Closes the port and cuts every connection; scripts go on. */
    public void refuse() throws IOException {
        server.stop(true);
    }

    /** Cuts every connection; scripts go on, and new connections are taken. */
    public void cut() {
        server.getActiveSessions().forEach(session -> session.close(true));
    }

    /** Connections are not taken any more, and nothing says so, as behind a firewall that drops them. */
    public void filter() throws IOException {
        stopListening();
        mute(1);
        // Once as many wait to be taken as may, the kernel drops what else comes.
        for (boolean taken = true; taken; ) {
            Socket socket = new Socket();
            mute.add(socket);
            try {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 300);
            } catch (SocketTimeoutException full) {
                taken = false;
            }
        }
    }

    /** Connections are taken, and nothing is said on them. */
    public void silence() throws IOException {
        stopListening();
        mute(100);
    }

    /** Every instance goes down as it stands: what runs on it ends half done, and nobody answers until {@link #heal()}. */
    public void reboot() throws IOException {
        synchronized (this) {
            boots++;
            locks.clear();
            notifyAll();
        }
        stopListening();
    }

    private void stopListening() throws IOException {
        server.stop(true);
    }

    private void mute(int backlog) throws IOException {
        ServerSocket socket = new ServerSocket();
        mute.add(socket);
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress("127.0.0.1", port), backlog);
    }

    private void unmute() {
        for (Closeable socket : mute) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        mute.clear();
    }

    /** Ends every fault; bootstraps that hang go on. */
    public void heal() {
        unmute();
        synchronized (this) {
            behaviour = Behaviour.succeeds();
            once.clear();
            healings++;
            notifyAll();
        }
        if (!server.isStarted()) {
            server = listen(port);
        }
    }

    @Override
    public void close() throws IOException {
        unmute();
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        server.stop(true);
        threads.forEach(Thread::interrupt);
    }

    /** What a bootstrap does instead of succeeding. */
    public record Behaviour(Kind kind, int exitCode, String stderr) {

        private enum Kind {
            SUCCEED,
            FAIL,
            HANG,
            DROP
        }

        public static Behaviour succeeds() {
            return new Behaviour(Kind.SUCCEED, 0, "");
        }

        /** Ends with this code and text before there is a key. */
        public static Behaviour fails(int exitCode, String stderr) {
            return new Behaviour(Kind.FAIL, exitCode, stderr);
        }

        /** Says and does nothing until {@link InstanceHost#heal()}, then goes on. */
        public static Behaviour hangs() {
            return new Behaviour(Kind.HANG, 0, "");
        }

        /** The connection ends in the middle; the script goes on and starts the minion. */
        public static Behaviour drops() {
            return new Behaviour(Kind.DROP, 0, "");
        }
    }

    // ---- the script --------------------------------------------------------------------------------------------

    private void play(Terminal terminal, Map<String, String> arguments) throws IOException, InterruptedException {
        String id = arguments.getOrDefault("id", "");
        if (!InstanceId.isValid(id)) {
            terminal.exit(BAD_ARGUMENT, "id: expected i- and 8 or 17 lower-case hex digits");
            return;
        }
        if (isOff(id)) {
            terminal.hangUp();
            return;
        }
        switch (arguments.getOrDefault("action", "bootstrap")) {
            case "bootstrap" -> bootstrap(terminal, id, arguments);
            case "show-key" -> showKey(terminal, id);
            case "stop" -> stop(terminal, id);
            default -> terminal.exit(BAD_ARGUMENT, "action: expected bootstrap, show-key or stop");
        }
    }

    private void bootstrap(Terminal terminal, String id, Map<String, String> arguments)
            throws IOException, InterruptedException {
        if (arguments.getOrDefault("master", "").isEmpty()) {
            terminal.exit(BAD_ARGUMENT, "master: expected a host name or address, with a port if need be");
            return;
        }
        if (!begin(id, terminal)) {
            terminal.exit(LOCKED, "another run is still at work on this instance");
            return;
        }
        int boot = boots();
        try {
            Behaviour now = behaviourOf(id);
            if (now.kind() == Behaviour.Kind.HANG) {
                hang(id, boot);
            }
            work(id);
            if (boot != boots()) {
                return;
            }
            if (isOff(id) || now.kind() == Behaviour.Kind.DROP) {
                terminal.hangUp();
            }
            // The lock is free before the answer is there: who has read it may run the script again at once.
            if (now.kind() == Behaviour.Kind.FAIL) {
                release(id, terminal);
                terminal.exit(now.exitCode(), now.stderr());
            } else if (startMinion(id)) {
                release(id, terminal);
                showKey(terminal, id);
            }
        } finally {
            release(id, terminal);
        }
    }

    private void showKey(Terminal terminal, String id) throws IOException {
        Optional<String> key = minionKey(id);
        if (key.isPresent()) {
            terminal.showKey(key.get());
        } else {
            terminal.exit(NO_KEY, "there is no minion key");
        }
    }

    private void stop(Terminal terminal, String id) throws IOException {
        if (running(id)) {
            terminal.exit(LOCKED, "another run is still at work on this instance");
        } else {
            minions.stopMinion(id);
            terminal.exit(0, "");
        }
    }

    /** Counts the run; whether it got the lock. */
    private synchronized boolean begin(String id, Terminal run) {
        boolean locked = locks.putIfAbsent(id, run) == null;
        if (locked) {
            runs.merge(id, 1, Integer::sum);
            mostRunning = Math.max(mostRunning, locks.size());
        }
        mostAtOnce.merge(id, locked ? 1 : 2, Math::max);
        return locked;
    }

    /** Gives the lock back, if this run still has it. */
    private synchronized void release(String id, Terminal run) {
        locks.remove(id, run);
    }

    private synchronized Behaviour behaviourOf(String id) {
        Queue<Behaviour> queue = once.getOrDefault(id, new ArrayDeque<>());
        return queue.isEmpty() ? behaviour : queue.remove();
    }

    /** Makes the minion's key, once, and starts the minion, unless the instance is off. */
    private synchronized boolean startMinion(String id) {
        if (closed || off.contains(id)) {
            return false;
        }
        minions.minion(id, minionKeys.computeIfAbsent(id, made -> newMinionKey()));
        return true;
    }

    private synchronized boolean isOff(String id) {
        return off.contains(id);
    }

    private synchronized int boots() {
        return boots;
    }

    private synchronized void hang(String id, int boot) throws InterruptedException {
        int before = healings;
        while (!closed && !off.contains(id) && healings == before && boot == boots) {
            wait();
        }
    }

    private synchronized void work(String id) throws InterruptedException {
        long end = System.nanoTime() + duration.toNanos();
        for (long left = duration.toMillis();
                left > 0 && !closed && !off.contains(id);
                left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }

    /** A public key of the form that a minion's has. Its private half is never used, so there is none. */
    public static String newMinionKey() {
        try {
            BigInteger modulus =
                    new BigInteger(2048, new SecureRandom()).setBit(2047).setBit(0);
            byte[] der = KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(modulus, BigInteger.valueOf(65537)))
                    .getEncoded();
            String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
            return "-----BEGIN PUBLIC KEY-----\n" + text + "\n-----END PUBLIC KEY-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has RSA.", e);
        }
    }

    public static KeyPair ecKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has EC keys.", e);
        }
    }

    // ---- SSH ---------------------------------------------------------------------------------------------------

    private SshServer listen(int wanted) {
        SshServer fresh = SshServer.setUpDefaultServer();
        fresh.setHost("127.0.0.1");
        fresh.setPort(wanted);
        fresh.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
        fresh.setPublickeyAuthenticator((user, key, session) -> KeyUtils.compareKeys(key, allowed));
        fresh.setCommandFactory((channel, command) -> new Terminal(arguments(command)));
        // Like an older OpenSSH; the post-quantum key exchanges in Java take five times the CPU.
        fresh.setKeyExchangeFactories(NamedFactory.setUpTransformedFactories(
                false, List.of(BuiltinDHFactories.curve25519), ServerBuilder.DH2KEX));
        CoreModuleProperties.SOCKET_BACKLOG.set(fresh, 1024);
        try {
            fresh.start();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot listen on 127.0.0.1:" + wanted, e);
        }
        return fresh;
    }

    /** The {@code key=value} words that a command ends with. */
    static Map<String, String> arguments(String command) {
        List<String> words = words(command);
        int first = words.size();
        while (first > 0 && ARGUMENT.matcher(words.get(first - 1)).matches()) {
            first--;
        }
        Map<String, String> arguments = new HashMap<>();
        for (String word : words.subList(first, words.size())) {
            int equals = word.indexOf('=');
            arguments.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return Map.copyOf(arguments);
    }

    /** Splits a command as a shell does: at blanks, with '…', "…" and \ taken literally. */
    static List<String> words(String command) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < command.length(); i++) {
            char c = command.charAt(i);
            if (quote != 0 && c == quote) {
                quote = 0;
            } else if (c == '\\' && quote != '\'' && i + 1 < command.length()) {
                word.append(command.charAt(++i));
                inWord = true;
            } else if (quote != 0) {
                word.append(c);
            } else if (c == '\'' || c == '"') {
                quote = c;
                inWord = true;
            } else if (!Character.isWhitespace(c)) {
                word.append(c);
                inWord = true;
            } else if (inWord) {
                words.add(word.toString());
                word.setLength(0);
                inWord = false;
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    /** One command of one connection. What it does runs on, also when the connection is gone. */
    private class Terminal implements Command {

        private final Map<String, String> arguments;
        private ChannelSession channel;
        private OutputStream out;
        private OutputStream err;
        private ExitCallback exit;

        Terminal(Map<String, String> arguments) {
            this.arguments = arguments;
        }

        @Override
        public void start(ChannelSession session, Environment environment) {
            channel = session;
            commands.add(arguments);
            Thread thread = new Thread(this::run, "stand-in-instance");
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }

        private void run() {
            try {
                play(this, arguments);
            } catch (IOException gone) {
                // Nobody listens any more, as on a real instance.
                channel.close(true);
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
            } finally {
                threads.remove(Thread.currentThread());
            }
        }

        void showKey(String key) throws IOException {
            write(out, "#reactor minion-key begin\n" + key + "#reactor minion-key end\n");
            exit(0, "");
        }

        void exit(int code, String reason) throws IOException {
            if (!reason.isEmpty()) {
                write(err, "bootstrap.sh: " + reason + " (exit code " + code + ")\n");
            }
            exit.onExit(code);
        }

        void hangUp() {
            channel.getSession().close(true);
        }

        private void write(OutputStream stream, String text) throws IOException {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
            stream.flush();
        }

        @Override
        public void destroy(ChannelSession session) {
            // The script runs on.
        }

        @Override
        public void setInputStream(InputStream stream) {
            // The script reads no input.
        }

        @Override
        public void setOutputStream(OutputStream stream) {
            out = stream;
        }

        @Override
        public void setErrorStream(OutputStream stream) {
            err = stream;
        }

        @Override
        public void setExitCallback(ExitCallback callback) {
            exit = callback;
        }
    }
}
