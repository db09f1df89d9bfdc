// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;
import io.ipcq.Log;
import io.ipcq.event.Events;
import io.ipcq.memory.DirectoryHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.io.Closeable;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.core.values.LongValue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.RollCycleArithmetic;
import net.openhft.chronicle.wire.DocumentContext;
import net.openhft.chronicle.wire.Wire;
import net.openhft.chronicle.wire.WriteAfterEOFException;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a durable queue: numbered documents in segment files, kept by Chronicle Queue. The only class that
 * knows it.
 *
 * <p>Not thread-safe: appending wants the producers' mutex, removing the consumers', and each {@link Reader} has one
 * user at a time.
 */
final class ChronicleJournal implements AutoCloseable {

    /*
     * Idea. Chronicle stores and finds the documents; everything that needs agreement between processes is kept from
     * it. The callers' mutex means that its write lock is never contended; segments (its "cycles") end by size and are
     * numbered by a counter in the control file, because by the clock a process whose clock is behind appends to a past
     * segment, where nobody looks any more. A segment ends before the second page of its index, which a dead writer's
     * bytes could garble.
     *
     * Crash. A writer that dies inside an append leaves a header word of zero, which the next append overwrites, and
     * Chronicle's lock word, which `recover` resets: whoever owns the mutex knows that no live process can hold that
     * lock. A writer that dies while it creates a segment leaves a file whose first header is not ready; `recover`
     * deletes it and skips its number. Space is written before it is mapped: a full disk is an IOException here, not a
     * fault in mapped memory later.
     *
     * Place. Files are made, written and removed through the directory that is held. Chronicle, which maps them, knows
     * its path only: whenever it has opened a segment, the path must still be that of the directory, or nothing is read
     * or counted as written.
     */

    static final int MAX_DOCUMENTS_PER_SEGMENT = 1_000_000;

    private static final int INDEX_COUNT = 4096;
    private static final int INDEX_SPACING = 256;
    private static final int FIRST_CHUNK_BYTES = 256 << 10;
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int SLACK_BYTES = 96 << 10;
    private static final int BATCH_BYTES = 1 << 20;
    private static final String CHRONICLE_LOCK = "chronicle.write.lock";
    private static final long UNLOCKED = 1L << 63;
    private static final int NOT_READY = 1 << 31;
    private static final int OPEN_TIMEOUT_MILLIS = 500;
    private static final int ZEROS_BYTES = 64 << 10;
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> WRITE = Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> CREATE_NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private final DirectoryHandle directory;
    private final JournalControl control;
    private final SingleChronicleQueue queue;

    private final Bytes<ByteBuffer> outgoing = Bytes.elasticByteBuffer(1 << 10);
    private @Nullable ExcerptAppender appender;
    /** The segment that the appender has open; 0 for none. */
    private int appending;
    /** An Error may have left the appender between two of its states; whoever is next makes another. */
    private boolean isAppending;

    private ChronicleJournal(DirectoryHandle directory, JournalControl control, boolean readOnly) throws IOException {
        this.directory = directory;
        this.control = control;
        this.outgoing.singleThreadedCheckDisabled(true); // the mutex sees to that
        requireInPlace();
        this.queue = build(directory.path(), control::segmentVolatile, control.maxDocumentBytes(), readOnly);
        boolean usable = false;
        try {
            requireInPlace();
            if (!readOnly && queue.metaStore().readOnly()) {
                directory.withFile(JournalHeader.METADATA, WRITE, file -> file); // says why
                throw new IpcException(
                        "the journal cannot be written, as Chronicle says: directory=" + directory.path());
            }
            usable = true;
        } finally {
            if (!usable) {
                queue.close();
            }
        }
    }

    /** Holds the directory of a journal. */
    @FunctionalInterface
    interface Holding {
        DirectoryHandle hold() throws IOException;
    }

    /** Opens the journal in a directory, which is let go with it. */
    static ChronicleJournal open(Holding holding, JournalControl control) throws IOException {
        return open(holding, control, false);
    }

    /** Opens a journal that is only read, and writes nothing, also where that would be possible. */
    static ChronicleJournal openReadOnly(Holding holding, JournalControl control) throws IOException {
        return open(holding, control, true);
    }

    private static ChronicleJournal open(Holding holding, JournalControl control, boolean readOnly) throws IOException {
        prepare();
        DirectoryHandle directory = holding.hold();
        boolean opened = false;
        try {
            ChronicleJournal journal = new ChronicleJournal(directory, control, readOnly);
            opened = true;
            return journal;
        } finally {
            if (!opened) {
                directory.close();
            }
        }
    }

    /** Lays an empty journal down in an empty directory, before any other process can see it. */
    static void create(Path directory, long maxDocumentBytes) throws IOException {
        prepare();
        try (DirectoryHandle made = DirectoryHandle.openOwn(directory)) {
            // or Chronicle runs into a full disk in mapped memory
            made.withFile(JournalHeader.METADATA, CREATE_NEW, file -> file);
            made.withFile(JournalHeader.METADATA, WRITE, file -> writeZeros(file, 0, JournalHeader.METADATA_BYTES));
        }
        build(directory, () -> 0, maxDocumentBytes, false).close();
    }

    private static void prepare() {
        ModuleAccess.ensureGranted();
        Log.quietSlf4j();
        Log.turnDown("net.openhft");
        // read when the first Chronicle class loads; a value that the user set stands
        setDefault("chronicle.analytics.disable", "true");
        setDefault("chronicle.announcer.disable", "true");
        setDefault("chronicle.disk.monitor.disable", "true");
    }

    private static void setDefault(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static SingleChronicleQueue build(
            Path directory, IntSupplier segment, long maxDocumentBytes, boolean readOnly) {
        // Chronicle's limit for a document is a quarter of its block
        long blockBytes = Math.max(4 * maxDocumentBytes, 64L << 20);
        return SingleChronicleQueueBuilder.binary(directory)
                .rollCycle(new CountedSegments(segment))
                .blockSize(blockBytes)
                .timeoutMS(OPEN_TIMEOUT_MILLIS)
                .readOnly(readOnly)
                .build();
    }

    /** Chronicle opens files by the path of the directory, so that has to be the directory that is held. */
    private void requireInPlace() {
        try {
            if (directory.isInPlace()) {
                return;
            }
        } catch (IOException e) {
            throw new QueueStorageException("the journal's directory could not be looked at: " + e.getMessage(), e);
        }
        throw QueueStorageException.gone(StorageFailure.isGone(directory.path()));
    }

    // ---- producers, under their mutex -------------------------------------------------------------------------------

    /**
     * Appends one document and returns its index. On any exception nothing was appended that a reader would be shown.
     */
    long append(byte[] document, int length) throws IOException {
        if (isAppending) {
            discardAppender();
        }
        isAppending = true;
        outgoing.clear().write(document, 0, length);
        ExcerptAppender appender;
        try {
            appender = write(length);
        } catch (WriteAfterEOFException e) {
            // after a crash of the machine the last segment may have ended although the control file does not know it
            discardAppender();
            control.nextSegment();
            appender = write(length);
        }
        long end = endOfDocument(appender);
        control.segmentUsedBytes(end);
        int documents = control.segmentDocuments() + 1;
        control.segmentDocuments(documents);
        if (end >= control.segmentBytes() || documents >= MAX_DOCUMENTS_PER_SEGMENT) {
            control.nextSegment();
            Events.segmentRoll(directory.path().resolveSibling(""), control.segmentVolatile());
        }
        long index = appender.lastIndexAppended();
        isAppending = false;
        return index;
    }

    private ExcerptAppender write(int length) throws IOException {
        allocate(length);
        int segment = control.segmentVolatile();
        if (segment != appending) {
            requireInPlace();
        }
        ExcerptAppender current = appender;
        if (current == null) {
            current = queue.createAppender();
            current.singleThreadedCheckDisabled(true);
            appender = current;
        }
        current.writeBytes(outgoing);
        if (segment != appending) {
            requireInPlace();
            appending = segment;
        }
        return current;
    }

    /** After an append that failed: the next one starts with a fresh appender. */
    void discardAppender() {
        ExcerptAppender broken = appender;
        appender = null;
        appending = 0;
        if (broken != null) {
            broken.close();
        }
    }

    private static long endOfDocument(ExcerptAppender appender) {
        Wire wire = appender.wire();
        return wire == null ? 0 : wire.bytes().writePosition();
    }

    /** Undoes what a producer that died inside the mutex left half done in the files. */
    void recover() throws IOException {
        unlockChronicle();
        discardAppender();
        refresh();
        int last = segments().mapToInt(SegmentName::number).max().orElse(0);
        if (last > control.segmentVolatile()) {
            // after a crash of the machine the control file may be older than the journal
            control.segment(last);
        }
        String file = SegmentName.of(control.segmentVolatile());
        boolean ready = isReady(file);
        if (ready && control.allocatedBytes() == 0) {
            control.allocatedBytes(FIRST_CHUNK_BYTES);
        } else if (!ready && control.allocatedBytes() > 0) {
            directory.deleteFile(file);
            control.nextSegment();
        }
    }

    private void unlockChronicle() {
        LongValue[] lock = new LongValue[1];
        try {
            queue.metaStore().doWithExclusiveLock(store -> {
                lock[0] = store.acquireValueFor(CHRONICLE_LOCK, UNLOCKED);
                lock[0].setOrderedValue(UNLOCKED);
                return lock[0];
            });
        } finally {
            Closeable.closeQuietly(lock[0]); // or its file stays mapped
        }
    }

    /** Appends go on behind this document, and nothing before that is taken for space that was never written to. */
    void resumeAfter(long index, long endBytes) {
        if (segmentOf(index) == control.segmentVolatile()) {
            control.segmentUsedBytes(Math.max(endBytes, control.segmentUsedBytes()));
            control.allocatedBytes(Math.max(endBytes, control.allocatedBytes()));
        }
    }

    /** The index before which no document is left; 0 if there is no segment at all. */
    long startOfFirstSegment() throws IOException {
        int first = segments().mapToInt(SegmentName::number).min().orElse(0);
        return queue.rollCycle().toIndex(first, 0);
    }

    /** Makes Chronicle look which segments there are: in a crash of the machine what it knew may have got lost. */
    void refresh() {
        requireInPlace();
        queue.refreshDirectoryListing();
    }

    private boolean isReady(String segment) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try {
            directory.withFile(segment, READ, file -> file.read(header, 0));
        } catch (NoSuchFileException e) {
            return false;
        }
        return !header.hasRemaining() && header.getInt(0) != 0 && (header.getInt(0) & NOT_READY) == 0;
    }

    /** Makes sure that there is space for a document; the file system is asked once a chunk, not once a document. */
    private void allocate(int documentBytes) throws IOException {
        long wanted = control.segmentUsedBytes() + documentBytes + SLACK_BYTES;
        long allocated = control.allocatedBytes();
        if (allocated == 0) {
            beginSegment();
            allocated = control.allocatedBytes();
        }
        if (wanted > allocated) {
            long to = Math.max(wanted, allocated + CHUNK_BYTES);
            writeZeros(SegmentName.of(control.segmentVolatile()), allocated, to);
            control.allocatedBytes(to);
        }
    }

    /** What the next small document may ask of the file system, for one who only looks. */
    static long neededBytes(JournalControl control) {
        long allocated = control.allocatedBytes();
        if (allocated == 0) {
            return FIRST_CHUNK_BYTES;
        }
        return control.segmentUsedBytes() + 2 * SLACK_BYTES > allocated ? CHUNK_BYTES : 0;
    }

    private void beginSegment() throws IOException {
        requireInPlace();
        String segment = SegmentName.of(control.segmentVolatile());
        if (isReady(segment)) {
            throw new IOException("the segment was never begun, but there is one: file=" + pathOf(segment)
                    + "; the control file and the journal are not of the same queue or time, restore both");
        }
        // whoever began this file died before Chronicle saw it
        directory.deleteFile(segment);
        directory.withFile(segment, CREATE_NEW, file -> file);
        writeZeros(segment, 0, FIRST_CHUNK_BYTES);
        control.allocatedBytes(FIRST_CHUNK_BYTES);
    }

    private void writeZeros(String segment, long from, long to) throws IOException {
        try {
            directory.withFile(segment, WRITE, file -> writeZeros(file, from, to));
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(
                    "the element was not put, as its place could not be allocated: file=" + pathOf(segment)
                            + ", wantedBytes=" + to + ": " + e.getMessage(),
                    e);
        }
    }

    private static FileChannel writeZeros(FileChannel file, long from, long to) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
        for (long at = from; at < to; ) {
            zeros.clear().limit((int) Math.min(ZEROS_BYTES, to - at));
            at += file.write(zeros, at);
        }
        return file;
    }

    /** Writes the segment of a document to the disk itself. */
    void force(long index) throws IOException {
        force(SegmentName.of(segmentOf(index)));
    }

    /** Writes all segments to the disk itself. */
    void force() throws IOException {
        for (String segment : segments().toList()) {
            force(segment);
        }
    }

    private void force(String segment) throws IOException {
        try {
            directory.withFile(segment, WRITE, file -> {
                file.force(true);
                return file;
            });
        } catch (NoSuchFileException e) {
            // consumed and removed in the meantime: nothing of it is left to lose
            return;
        }
        directory.force(); // so that the name of a new file is on the disk, too
    }

    // ---- consumers --------------------------------------------------------------------------------------------------

    Reader reader() {
        return new Reader(this, queue.createTailer(), control.maxDocumentBytes() + BATCH_BYTES);
    }

    /** Deletes the segments below the given one. */
    void removeSegmentsBelow(int segment) throws IOException {
        boolean removed = false;
        String first = SegmentName.of(Math.max(0, segment));
        for (String name : segments().toList()) {
            if (name.compareTo(first) < 0) {
                directory.deleteFile(name);
                removed = true;
            }
        }
        if (removed) {
            refresh();
        }
    }

    private Stream<String> segments() throws IOException {
        return directory.names().stream().filter(name -> name.endsWith(SegmentName.SUFFIX));
    }

    /** The numbers of the segments that there are, in order. */
    int[] segmentNumbers() throws IOException {
        return segments().mapToInt(SegmentName::number).sorted().toArray();
    }

    /** Whether a segment has not been removed. */
    boolean hasSegment(int segment) {
        try {
            return directory.has(SegmentName.of(segment));
        } catch (IOException e) {
            return false;
        }
    }

    /** Of a document by its place in a segment, from 0. */
    long indexOf(int segment, long place) {
        return queue.rollCycle().toIndex(segment, place);
    }

    int segmentOf(long index) {
        return queue.rollCycle().toCycle(index);
    }

    private Path pathOf(String segment) {
        return directory.path().resolve(segment);
    }

    /** May be called again if it failed. */
    @Override
    public void close() {
        try {
            discardAppender();
            queue.close();
            if (outgoing.refCount() > 0) {
                outgoing.releaseLast();
            }
        } finally {
            directory.close();
        }
    }

    /** Steps through the documents, one user at a time. */
    static final class Reader implements AutoCloseable {

        private final ChronicleJournal journal;
        private final ExcerptTailer tailer;
        private final long maxDocumentBytes;
        /** The segment that is open; -1 for none. */
        private int segment = -1;

        private long index;
        private long endBytes;

        private Reader(ChronicleJournal journal, ExcerptTailer tailer, long maxDocumentBytes) {
            this.journal = journal;
            this.tailer = tailer;
            this.maxDocumentBytes = maxDocumentBytes;
            tailer.singleThreadedCheckDisabled(true);
        }

        /** Moves to a document that was appended before; the next {@link #next()} returns it. */
        boolean moveTo(long documentIndex) {
            if (journal.segmentOf(documentIndex) != segment) {
                journal.requireInPlace();
            }
            return tailer.moveToIndex(documentIndex);
        }

        void moveToStart() {
            journal.requireInPlace();
            tailer.toStart();
        }

        /** The next document's bytes; null if there is none. */
        byte @Nullable [] next() {
            try (DocumentContext context = tailer.readingDocument()) {
                Wire wire = context.wire();
                if (!context.isPresent() || wire == null) {
                    journal.requireInPlace();
                    return null;
                }
                index = context.index();
                if (journal.segmentOf(index) != segment) {
                    journal.requireInPlace();
                    segment = journal.segmentOf(index);
                }
                Bytes<?> bytes = wire.bytes();
                long length = bytes.readRemaining();
                if (length > maxDocumentBytes) {
                    throw new IllegalStateException("a document has an impossible length: index=0x"
                            + Long.toHexString(index) + ", lengthBytes=" + length + ", maxBytes=" + maxDocumentBytes);
                }
                byte[] document = new byte[(int) length];
                bytes.read(document);
                endBytes = bytes.readPosition();
                return document;
            }
        }

        /** Where the document that {@link #next()} returned stands. */
        long index() {
            return index;
        }

        /** Where it ends in the segment's file. */
        long endBytes() {
            return endBytes;
        }

        @Override
        public void close() {
            tailer.close();
        }
    }

    /** Segments numbered by a shared counter, named as if each were a second after the epoch. */
    private static final class CountedSegments implements RollCycle {

        private static final RollCycleArithmetic ARITHMETIC = RollCycleArithmetic.of(INDEX_COUNT, INDEX_SPACING);

        private final IntSupplier segment;

        CountedSegments(IntSupplier segment) {
            this.segment = segment;
        }

        @Override
        public int current(TimeProvider time, long epoch) {
            return segment.getAsInt();
        }

        @Override
        public String format() {
            return SegmentName.FORMAT;
        }

        @Override
        public int lengthInMillis() {
            return 1_000;
        }

        @Override
        public int defaultIndexCount() {
            return INDEX_COUNT;
        }

        @Override
        public int defaultIndexSpacing() {
            return INDEX_SPACING;
        }

        @Override
        public long toIndex(int cycle, long sequenceNumber) {
            return ARITHMETIC.toIndex(cycle, sequenceNumber);
        }

        @Override
        public long toSequenceNumber(long index) {
            return ARITHMETIC.toSequenceNumber(index);
        }

        @Override
        public int toCycle(long index) {
            return ARITHMETIC.toCycle(index);
        }

        @Override
        public long maxMessagesPerCycle() {
            return ARITHMETIC.maxMessagesPerCycle();
        }
    }
}
