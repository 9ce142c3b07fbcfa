package io.autoscale.reactor.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.Message;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The embedded broker in trouble. */
class BrokerTest {

    private static final String URL = "vm://42";
    private static final int RECORDS_BEGIN = 16;

    @TempDir
    Path data;

    private final List<Broker> brokers = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (Broker broker : brokers) {
            broker.doStop();
        }
        ;
    }

    @Test
    void whatIsStoredIsThereAfterARestart() throws Exception {
        store(200, 10);

        assertThat(stored()).hasSize(200);
    }

    @Test
    void itsDirectoryIsMadeForItsOwnerAlone() throws Exception {
        data = data.resolve("new/data");

        start();

        assertThat(mode()).isEqualTo("rwx------");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwxrwx", "rwxr-xr-x", "rwxrwx---", "rwx-----x"})
    void aDirectoryThatOthersCanGetAtIsTakenFromThem(String open) throws Exception {
        Files.createDirectory(data.resolve("journal"));
        Files.createDirectory(data.resolve("lost+found"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString(open));

        start();

        assertThat(mode()).isEqualTo("rwx------");
    }

    @Test
    void aDirectoryWhereOthersHaveFilesIsNotTakenFromThem() throws Exception {
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.createFile(data.resolve("somebody's"));

        assertThat(problem()).contains("other users can get at " + data, "Set a directory below it");
        assertThat(mode()).isEqualTo("rwxrwxrwx");
    }

    private String mode() throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(data));
    }

    @Test
    void aDiskWithoutRoomIsTroubleUntilThereIsRoom() throws Exception {
        Broker broker = start();
        assertThat(broker.trouble()).isEmpty();

        broker.server().getMonitor().setMinDiskFree(Long.MAX_VALUE);
        await().until(() -> broker.trouble().isPresent());
        assertThat(broker.trouble().orElseThrow())
                .contains("Less than 100 MiB are free")
                .contains(data.toString())
                .contains("Make room");

        broker.server().getMonitor().setMinDiskFree(Broker.RESERVE);
        await().until(() -> broker.trouble().isEmpty());
    }

    @Test
    void workInHandIsStoredOnADiskWithoutRoomForMore() throws Exception {
        Broker broker = start();
        broker.server().getMonitor().setMinDiskFree(Long.MAX_VALUE);
        await().until(() -> broker.trouble().isPresent());

        // More than a producer may send ahead of the broker's consent.
        send(Queues.connections(settings()).createContext(), 200, 1_000);

        assertThat(receiveAll()).hasSize(200);
    }

    @Test
    void aSecondReactorOnTheSameDataIsTurnedAway() throws Exception {
        start();

        assertThat(problem())
                .startsWith("reactor.data: " + data + " is in use by another reactor that runs.")
                .contains("Stop that one");
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.createFile(data.resolve("file"));
        Broker broker = new Broker(URL, file.resolve("data"), () -> {});

        assertThat(catchThrowableOfType(CannotStart.class, broker::doStart))
                .hasMessageContaining("reactor.data: " + file.resolve("data"))
                .hasMessageContaining("cannot be used");
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "bindings"})
    void aFileWithAnotherHeaderStopsTheStart(String directory) throws Exception {
        store(20, 10);
        Path file = written(directory);
        write(file, 0, "garbage".getBytes());

        assertStartFailsFor(file, "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "bindings"})
    void garbageAmongTheRecordsStopsTheStart(String directory) throws Exception {
        store(20, 10);
        Path file = written(directory);
        write(file, RECORDS_BEGIN, new byte[100]);

        assertStartFailsFor(file, "bytes among its records are none");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 4_000})
    void aFileThatWasCutShortStopsTheStart(int length) throws Exception {
        store(20, 10);
        Path file = written("journal");
        truncate(file, length);

        assertStartFailsFor(file, "it has " + length + " bytes instead of 10485760");
    }

    @Test
    void aLastRecordThatACrashCutShortIsPassedOver() throws Exception {
        store(20, 10);
        Path file = written("journal");
        int end = lastByte(file);
        write(file, end - 20, new byte[21]);

        assertThat(stored()).hasSizeBetween(19, 20);
    }

    @Test
    void garbageAmongPagedMessagesStopsTheStartButALastOneCutShortDoesNot() throws Exception {
        page();
        Path last = pages().get(pages().size() - 1);
        byte[] good = read(last);
        write(last, good.length / 2, new byte[3_000]);
        assertStartFailsFor(last, "there is no message");

        write(last, 0, good);
        truncate(last, good.length - 100);
        start();
    }

    private void assertStartFailsFor(Path file, String why) throws Exception {
        Map<Path, ByteBuffer> before = contents();

        assertThat(problem())
                .startsWith(file + " cannot be read: ")
                .contains(why)
                .contains("has changed nothing")
                .contains("aside");
        assertThat(contents()).isEqualTo(before);
    }

    private void store(int messages, int size) throws Exception {
        Broker broker = start();
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(URL)) {
            send(factory.createContext(), messages, size);
        }
        broker.stop();
    }

    private void page() throws Exception {
        Broker broker = start();
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(URL)) {
            send(factory.createContext(), 1, 10);
            broker.server()
                    .getPagingManager()
                    .getPageStore(SimpleString.of("work"))
                    .startPaging();
            send(factory.createContext(), 50, 1_000);
        }
        broker.stop();
        assertThat(pages()).isNotEmpty();
    }

    private static void send(JMSContext context, int messages, int size) {
        try (context) {
            JMSProducer producer = context.createProducer();
            String text = "x".repeat(size);
            for (int i = 0; i < messages; i++) {
                producer.send(context.createQueue("work"), text);
            }
        }
    }

    private List<String> stored() throws Exception {
        start();
        return receiveAll();
    }

    private static List<String> receiveAll() throws JMSException {
        List<String> texts = new ArrayList<>();
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(URL);
                JMSContext context = factory.createContext()) {
            var consumer = context.createConsumer(context.createQueue("work"));
            Message message = consumer.receive(5_000);
            while (message != null) {
                texts.add(message.getBody(String.class));
                message = consumer.receiveNoWait();
            }
        }
        return texts;
    }

    private Broker start() throws Exception {
        Broker broker = new Broker(URL, data, () -> {});
        brokers.add(broker);
        broker.start();
        return broker;
    }

    private String problem() {
        Broker broker = new Broker(URL, data, () -> {});
        brokers.add(broker);
        return catchThrowableOfType(CannotStart.class, broker::doStart).getMessage();
    }

    private BrokerSettings settings() {
        return new BrokerSettings(URL, Optional.empty(), Optional.empty(), data);
    }

    private List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.walk(data.resolve("paging"))) {
            return files.filter(file -> file.toString().endsWith(".page"))
                    .sorted()
                    .toList();
        }
    }

    private Map<Path, ByteBuffer> contents() throws IOException {
        Map<Path, ByteBuffer> contents = new HashMap<>();
        try (Stream<Path> files = Files.walk(data)) {
            files.filter(Files::isRegularFile).forEach(file -> contents.put(file, ByteBuffer.wrap(read(file))));
        }
        return contents;
    }

    /** The file of a journal that has records; the others wait for their turn. */
    private Path written(String directory) throws IOException {
        try (Stream<Path> files = Files.list(data.resolve(directory))) {
            return files.filter(file -> file.toString().matches(".*(amq|bindings)"))
                    .max(Comparator.comparing(BrokerTest::lastByte))
                    .orElseThrow();
        }
    }

    private static int lastByte(Path file) {
        byte[] bytes = read(file);
        int last = bytes.length - 1;
        while (bytes[last] == 0) {
            last--;
        }
        return last;
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, int position, byte[] bytes) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(position);
            open.write(bytes);
        }
    }

    private static void truncate(Path file, int length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
    }
}
