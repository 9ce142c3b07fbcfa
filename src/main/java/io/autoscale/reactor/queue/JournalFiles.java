package io.autoscale.reactor.queue;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.io.SequentialFile;
import org.apache.activemq.artemis.core.io.nio.NIOSequentialFileFactory;
import org.apache.activemq.artemis.core.journal.RecordInfo;
import org.apache.activemq.artemis.core.journal.impl.JournalFile;
import org.apache.activemq.artemis.core.journal.impl.JournalImpl;
import org.apache.activemq.artemis.core.journal.impl.JournalReaderCallback;
import org.apache.activemq.artemis.core.paging.impl.PageReadWriter;

/**
 * Reads the broker's files as the broker itself will, and finds what it would pass over in silence: Artemis takes what it
 * can read for all there is, and deletes a file that is shorter than a header. A record that a crash cut short at the very
 * end is normal, and passes.
 *
 * <p>Nothing is changed. A record has no checksum: a wrong byte inside of a text is not found.
 */
final class JournalFiles {

    /** Of the file that holds which queues there are; Artemis has no setting for it. */
    private static final int BINDINGS_SIZE = 1 << 20;

    /** First byte of each message in a page; its length follows. */
    private static final byte MESSAGE_BEGINS = '{';

    private final Configuration configuration;
    private final AtomicReference<ByteBuffer> buffer = new AtomicReference<>();

    JournalFiles(Configuration configuration) {
        this.configuration = configuration;
    }

    /** @throws CannotStart if a file is not what the broker wrote */
    void requireReadable() throws CannotStart {
        requireReadable(configuration.getBindingsLocation(), "bindings", BINDINGS_SIZE);
        requireReadable(configuration.getJournalLocation(), "amq", configuration.getJournalFileSize());
        File[] queues = configuration.getPagingLocation().listFiles(File::isDirectory);
        for (File queue : queues == null ? new File[0] : queues) {
            requireReadablePages(queue);
        }
    }

    private void requireReadable(File directory, String extension, int size) throws CannotStart {
        NIOSequentialFileFactory files = new NIOSequentialFileFactory(directory, 1);
        JournalImpl journal = new JournalImpl(size, 2, 2, 0, 0, files, "any", extension, 1);
        for (String name : names(files, extension)) {
            File path = new File(directory, name);
            if (path.length() != size) {
                throw corrupt(path, "it has " + path.length() + " bytes instead of " + size);
            }
            SequentialFile file = files.createSequentialFile(name);
            JournalFile read;
            try {
                read = header(journal, file);
            } catch (Exception e) {
                throw corrupt(path, "its header is not that of a journal of this version");
            }
            long unread;
            try {
                unread = unread(files, read);
            } catch (Exception e) {
                throw corrupt(path, String.valueOf(e.getMessage()));
            }
            if (unread > 0) {
                throw corrupt(path, unread + " bytes among its records are none");
            }
        }
    }

    private static JournalFile header(JournalImpl journal, SequentialFile file) throws Exception {
        file.open(1, false);
        try {
            return journal.readFileHeader(file);
        } finally {
            file.close(false, false);
        }
    }

    /** Bytes between the first record and the last one that belong to no record: records follow each other without gaps. */
    private long unread(NIOSequentialFileFactory files, JournalFile file) throws Exception {
        Sizes sizes = new Sizes(file.getJournalVersion());
        int end = JournalImpl.readJournalFile(files, file, sizes, buffer);
        return end - sizes.sum.get();
    }

    private static void requireReadablePages(File directory) throws CannotStart {
        NIOSequentialFileFactory files = new NIOSequentialFileFactory(directory, 1);
        TreeSet<String> names = names(files, "page");
        for (String name : names) {
            File path = new File(directory, name);
            AtomicInteger suspect = new AtomicInteger(-1);
            try {
                SequentialFile file = files.createSequentialFile(name);
                file.open(1, false);
                try {
                    PageReadWriter.readFromSequentialFile(
                            null,
                            null,
                            files,
                            file,
                            0,
                            message -> {},
                            record -> true,
                            (found, position, number) -> suspect.set(position),
                            null);
                } finally {
                    file.close(false, false);
                }
                boolean newest = name.equals(names.last());
                if (suspect.get() >= 0 && !(newest && isCutShort(path, suspect.get()))) {
                    throw corrupt(path, "at byte " + suspect.get() + " there is no message");
                }
            } catch (CannotStart e) {
                throw e;
            } catch (Exception e) {
                throw corrupt(path, String.valueOf(e.getMessage()));
            }
        }
    }

    /** Whether a message begins here that would end after the end of the file, as a crash leaves it. */
    private static boolean isCutShort(File path, int position) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path, "r")) {
            file.seek(position);
            byte first = file.readByte();
            return first == MESSAGE_BEGINS
                    && file.getFilePointer() + 4 <= file.length()
                    && file.readInt() >= file.length() - file.getFilePointer();
        }
    }

    private static TreeSet<String> names(NIOSequentialFileFactory files, String extension) throws CannotStart {
        try {
            return new TreeSet<>(files.listFiles(extension));
        } catch (Exception e) {
            throw new CannotStart(files.getDirectory() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static CannotStart corrupt(File file, String what) {
        return new CannotStart(file + " cannot be read: " + what + ". Events that were accepted may be in it, so the"
                + " reactor does not start without them, and has changed nothing. Move the directory reactor.data aside"
                + " and start again: with an empty one, or with a copy of it that was made while the reactor was"
                + " stopped. What waited on the queues and is not in the copy is lost then;"
                + " docs/operations/README.md says how to find it out.");
    }

    /** Adds up how long the records are that Artemis finds. */
    private static final class Sizes implements JournalReaderCallback {

        private final AtomicLong sum = new AtomicLong(JournalImpl.SIZE_HEADER);
        private final int more;

        /** @param version of the file's format; the second one has a byte more in each record */
        Sizes(int version) {
            this.more = version >= 2 ? 1 : 0;
        }

        private void add(int size, int body) {
            sum.addAndGet((long) size + body + more);
        }

        @Override
        public void onReadEventRecord(RecordInfo record) {
            add(JournalImpl.SIZE_ADD_RECORD, record.data.length);
        }

        @Override
        public void onReadAddRecord(RecordInfo record) {
            add(JournalImpl.SIZE_ADD_RECORD, record.data.length);
        }

        @Override
        public void onReadUpdateRecord(RecordInfo record) {
            add(JournalImpl.SIZE_ADD_RECORD, record.data.length);
        }

        @Override
        public void onReadDeleteRecord(long id) {
            add(JournalImpl.SIZE_DELETE_RECORD, 0);
        }

        @Override
        public void onReadAddRecordTX(long transaction, RecordInfo record) {
            add(JournalImpl.SIZE_ADD_RECORD_TX, record.data.length);
        }

        @Override
        public void onReadUpdateRecordTX(long transaction, RecordInfo record) {
            add(JournalImpl.SIZE_ADD_RECORD_TX, record.data.length);
        }

        @Override
        public void onReadDeleteRecordTX(long transaction, RecordInfo record) {
            add(JournalImpl.SIZE_DELETE_RECORD_TX, record.data.length);
        }

        @Override
        public void onReadPrepareRecord(long transaction, byte[] extra, int records) {
            add(JournalImpl.SIZE_PREPARE_RECORD, extra.length);
        }

        @Override
        public void onReadCommitRecord(long transaction, int records) {
            add(JournalImpl.SIZE_COMMIT_RECORD, 0);
        }

        @Override
        public void onReadRollbackRecord(long transaction) {
            add(JournalImpl.SIZE_ROLLBACK_RECORD, 0);
        }
    }
}
