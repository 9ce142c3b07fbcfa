package io.autoscale.reactor.queue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.CoreAddressConfiguration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.io.IOCriticalErrorListener;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded Artemis broker: reachable only from inside this process, its journal in {@code reactor.data}.
 *
 * @see <a href="https://activemq.apache.org/components/artemis/documentation/latest/embedding-activemq.html">Embedding
 *     Artemis</a>
 */
public final class Broker extends ServiceSupport {

    /** A message that a crash interrupts this often is put aside; a rollback at shutdown counts too. */
    private static final int DELIVERIES = 50;

    /** Memory for messages of all queues together, by Artemis's count; beyond it they are paged to disk. */
    private static final long MEMORY = 16L << 20;

    /** Size of a page file. Up to two of them are read into memory for each queue that is paged; the default is 10 MiB. */
    private static final int PAGE = 1 << 20;

    /** How long a write waits for others to share its flush to the disk; the default of 3.3 ms is felt at each queue. */
    private static final int JOURNAL_WAIT_NANOS = 500_000;

    /** Below this much free space nothing new is taken in; the rest is left to the work in hand. */
    static final long RESERVE = 100L << 20;

    private static final long DISK_SCAN_MILLIS = 1_000;

    /** What Artemis has locked in its journal's directory as long as it runs. */
    private static final String LOCK = "serverlock.1";

    private static final long LOCK_WAIT_MILLIS = 2_000;

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    /** What the broker has in its directory, and what a directory has that is a file system of its own. */
    private static final Set<String> OWN = Set.of("journal", "bindings", "large-messages", "paging", "lost+found");

    private static final Logger LOG = LoggerFactory.getLogger("queue");

    private final ActiveMQServerImpl server;
    private final Configuration configuration;
    private final Path data;
    private final Runnable whenBroken;
    private final AtomicReference<String> broken = new AtomicReference<>();
    private final AtomicReference<Exception> startFailure = new AtomicReference<>();
    private volatile boolean running;
    private volatile boolean full;

    /** @param whenBroken called when the broker has ended by itself, as its files cannot be written or read any more */
    public Broker(String url, Path data, Runnable whenBroken) {
        this.configuration = configuration(url, data);
        this.data = data;
        this.whenBroken = whenBroken;
        this.server = new ActiveMQServerImpl(configuration);
    }

    /** Why nothing can be stored at the moment, and what to do; empty if all is well. */
    public Optional<String> trouble() {
        if (broken.get() != null) {
            return Optional.of(broken.get());
        }
        return full ? Optional.of(noRoom()) : Optional.empty();
    }

    private String noRoom() {
        return "Less than " + (RESERVE >> 20) + " MiB are free on the disk of " + data
                + ". Make room there; it goes on by itself.";
    }

    /** Whether a running reactor, of this process or another one, uses this data directory. */
    public static boolean isInUse(Path data) throws IOException {
        Path file = data.resolve("journal").resolve(LOCK);
        if (!Files.isWritable(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock == null;
        } catch (OverlappingFileLockException e) {
            return true;
        }
    }

    private static Configuration configuration(String url, Path data) {
        ConfigurationImpl configuration = new ConfigurationImpl();
        try {
            configuration.addAcceptorConfiguration("in-vm", url);
        } catch (Exception e) {
            throw new IllegalArgumentException("reactor.broker.url: " + e.getMessage(), e);
        }
        configuration
                .setPersistenceEnabled(true)
                .setJournalType(JournalType.NIO)
                .setJournalBufferTimeout_NIO(JOURNAL_WAIT_NANOS)
                .setJournalDirectory(data.resolve("journal").toString())
                .setBindingsDirectory(data.resolve("bindings").toString())
                .setPagingDirectory(data.resolve("paging").toString())
                .setLargeMessagesDirectory(data.resolve("large-messages").toString())
                .setPersistIDCache(true)
                .setIDCacheSize(20_000)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .setGlobalMaxSize(MEMORY)
                .setMaxDiskUsage(-1)
                .setMinDiskFree(RESERVE)
                .setDiskScanPeriod((int) DISK_SCAN_MILLIS)
                .setJournalLockAcquisitionTimeout(LOCK_WAIT_MILLIS)
                .setMessageCounterEnabled(false)
                .setName("ec2-autoscale-reactor");
        configuration.addAddressSetting(
                "#",
                new AddressSettings()
                        .setAutoCreateQueues(true)
                        .setAutoDeleteQueues(false)
                        .setAutoDeleteAddresses(false)
                        .setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE)
                        .setPageSizeBytes(PAGE)
                        .setMaxDeliveryAttempts(DELIVERIES)
                        .setRedeliveryDelay(1_000)
                        .setDeadLetterAddress(SimpleString.of("parked"))
                        .setExpiryAddress(SimpleString.of("parked")));
        configuration.addAddressConfiguration(new CoreAddressConfiguration()
                .setName("parked")
                .addRoutingType(RoutingType.ANYCAST)
                .addQueueConfiguration(QueueConfiguration.of("parked").setRoutingType(RoutingType.ANYCAST)));
        return configuration;
    }

    @Override
    protected void doStart() throws Exception {
        requireDirectory();
        new JournalFiles(configuration).requireReadable();
        server.registerIOCriticalErrorListener(new Failures());
        server.registerActivationFailureListener(startFailure::set);
        try {
            server.start();
            requireStarted();
        } catch (Exception e) {
            server.stop();
            throw e;
        }
        running = true;
        server.getMonitor().addCallback((usable, total, enough, type) -> room(enough));
    }

    private void requireDirectory() throws CannotStart {
        try {
            createForNobodyElse();
            if (isInUse(data)) {
                throw new CannotStart("reactor.data: " + data + " is in use by another reactor that runs."
                        + " Stop that one, or set another directory.");
            }
        } catch (IOException e) {
            throw new CannotStart("reactor.data: " + data + " cannot be used: " + e + ".", e);
        }
        if (!Files.isWritable(data)) {
            throw new CannotStart(
                    "reactor.data: " + data + " cannot be written. Give the reactor's user the right to.");
        }
    }

    /** What is below is protected by it too; Artemis makes its files as the umask has it. */
    private void createForNobodyElse() throws IOException, CannotStart {
        if (!data.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(data);
            return;
        }
        Files.createDirectories(data, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(data);
        if (OWNER_ONLY.containsAll(permissions)) {
            return;
        }
        requireOwnDirectory();
        try {
            Set<PosixFilePermission> fewer = EnumSet.copyOf(OWNER_ONLY);
            fewer.retainAll(permissions);
            Files.setPosixFilePermissions(data, fewer);
            LOG.info("Other users could get at {}: now its owner alone can.", data);
        } catch (IOException e) {
            throw new CannotStart(
                    "reactor.data: other users can get at " + data + ", which belongs to " + Files.getOwner(data)
                            + ". Give it to the reactor's user, or set a directory below it, which is made then.",
                    e);
        }
    }

    /** Of a directory such as {@code /tmp}, where others have files too, nobody is shut out. */
    private void requireOwnDirectory() throws IOException, CannotStart {
        try (Stream<Path> files = Files.list(data)) {
            if (!files.allMatch(file -> OWN.contains(file.getFileName().toString()))) {
                throw new CannotStart("reactor.data: other users can get at " + data
                        + ", and not all that is in it is the broker's. Set a directory below it, which is made then.");
            }
        }
    }

    /** Artemis logs it if it cannot start, and goes on without. */
    private void requireStarted() throws CannotStart {
        Exception failure = startFailure.get();
        if (broken.get() != null) {
            throw new CannotStart(broken.get(), failure);
        }
        if (failure != null) {
            throw new CannotStart(
                    "reactor.data: the broker does not start with " + data + ": " + failure.getMessage()
                            + ". If its files are damaged, docs/operations/README.md says what to do: A journal that cannot be"
                            + " read.",
                    failure);
        }
    }

    private void room(boolean enough) {
        if (enough == full) {
            full = !enough;
            if (full) {
                LOG.error("Deliveries are answered 503: {}", noRoom());
            } else {
                LOG.info("There is room again on the disk of {}: deliveries are taken.", data);
            }
        }
    }

    @Override
    protected void doStop() throws Exception {
        server.stop();
    }

    ActiveMQServerImpl server() {
        return server;
    }

    /** Artemis stops itself when a file cannot be written or read; what was not confirmed by then was not answered 200. */
    private final class Failures implements IOCriticalErrorListener {

        @Override
        public void onIOException(Throwable cause, String message, String file) {
            String what = "The queues in " + data + " cannot be written or read any more: " + cause.getMessage()
                    + (file == null ? "" : " (" + file + ")")
                    + ". Nothing is lost that was answered with 200. Look whether the disk is full, read-only or broken;"
                    + " then the reactor has to be started again.";
            if (broken.compareAndSet(null, what) && running) {
                LOG.error(what);
                whenBroken.run();
            }
        }
    }
}
