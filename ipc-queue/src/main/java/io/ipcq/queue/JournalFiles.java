// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;
import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.Members;
import io.ipcq.memory.PrivateFiles;
import io.ipcq.memory.RegionFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a durable queue.
 *
 * <pre>
 *   orders/
 *     control.ipcq     the shared words
 *     members          no bytes, a lock for each handle that is attached
 *     journal/         Chronicle Queue's files: metadata.cq4t and a file for each segment
 *     dead-letters/    a durable queue of its own, made with the first dead letter
 * </pre>
 */
final class JournalFiles extends QueueDirectory {

    /**
     * A handle's hold on a queue: the shared words, and the lock that says that this member lives.
     *
     * @param journal the directory of the journal, for whoever opens that
     * @param attended whether somebody who is alive has seen the queue in order; if not, the machine may have crashed
     *     meanwhile, or somebody else may have made the files
     */
    record Attachment(
            JournalFiles files, JournalControl control, Members members, DirectoryHandle journal, boolean attended)
            implements AutoCloseable {

        /** Has made sure that whatever a crash of the machine may have left is repaired before anything else. */
        void attend() {
            control.raiseAttended(members.number());
        }

        @Override
        public void close() {
            members.close();
        }
    }

    static final String CONTROL = "control.ipcq";
    private static final String JOURNAL = "journal";

    JournalFiles(Path directory) {
        this(directory, null);
    }

    private JournalFiles(Path directory, @Nullable QueueState attached) {
        super(directory, attached);
    }

    @Override
    String controlName() {
        return CONTROL;
    }

    private JournalControl openControl(DirectoryHandle held) throws IOException {
        return JournalControl.of(map(held, JournalLayout.FORMAT));
    }

    @Override
    QueueState openState(DirectoryHandle held) throws IOException {
        return openControl(held).state();
    }

    /** The shared words, to be looked at without a trace. */
    JournalControl look(DirectoryHandle held) throws IOException {
        return JournalControl.of(mapReadOnly(held, JournalLayout.FORMAT));
    }

    /** The same of the queue that is there, if it has such a codec and its journal is in order. */
    JournalControl lookAtSound(String codecId) throws IOException {
        requireLibraries();
        try (DirectoryHandle held = hold()) {
            requireQueue(held);
            JournalControl control = look(held);
            requireCodec(control.codecId(), codecId);
            try (DirectoryHandle journal = openJournal(held, control.state())) {
                if (journal != null) {
                    requireSound(journal, control.state());
                }
            }
            return control;
        }
    }

    /** The directory of the queue that these shared words are of, and of no other that takes its place. */
    JournalFiles attachedTo(JournalControl control) {
        return new JournalFiles(directory(), control.state());
    }

    @Override
    String kind() {
        return "durable queue";
    }

    /** Before anything is made, or a class is lost to this JVM for want of another one. */
    private static void requireLibraries() {
        requireLibrary(
                "net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder", "net.openhft:chronicle-queue");
        requireLibrary("org.slf4j.LoggerFactory", "org.slf4j:slf4j-api");
    }

    private static void requireLibrary(String type, String artifact) {
        try {
            Class.forName(type, false, JournalFiles.class.getClassLoader());
        } catch (ClassNotFoundException missing) {
            throw new IpcException(
                    "a durable queue needs a library that is not on the class path: missing=" + type
                            + ". Add the dependency " + artifact
                            + ", which ipc-queue brings unless it is excluded, or use a queue in memory, a SharedQueue",
                    missing);
        }
    }

    Path journal() {
        return directory().resolve(JOURNAL);
    }

    Path deadLetters() {
        return directory().resolve("dead-letters");
    }

    Path segment(long index) {
        return journal().resolve(SegmentName.of((int) (index >>> Integer.SIZE)));
    }

    @Override
    String storedCodecId(DirectoryHandle held) throws IOException {
        return openControl(held).codecId();
    }

    <Q extends AutoCloseable> Q create(
            DurableQueueOptions options, String codecId, boolean anonymous, Making<Attachment, Q> making)
            throws IOException {
        requireLibraries();
        return create(
                (made, first) -> lay(made, options, codecId, anonymous, first), held -> attach(held, codecId, making));
    }

    private void lay(
            DirectoryHandle made,
            DurableQueueOptions options,
            String codecId,
            boolean anonymous,
            Consumer<Members> first)
            throws IOException {
        Path journal = made.path().resolve(JOURNAL);
        PrivateFiles.createDirectory(journal);
        ChronicleJournal.create(journal, options.maxElementBytes());
        try {
            Path control = made.path().resolve(CONTROL);
            Members[] joined = new Members[1];
            JournalControl.create(
                            control,
                            options,
                            codecId,
                            anonymous,
                            state -> joinFirst(made, state, members -> {
                                first.accept(members);
                                joined[0] = members;
                            }))
                    .raiseAttended(joined[0].number());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    <Q extends AutoCloseable> Q open(String codecId, Making<Attachment, Q> making) throws IOException {
        requireLibraries();
        return open(held -> attach(held, codecId, making));
    }

    private <Q> @Nullable Q attach(DirectoryHandle held, String codecId, Making<Attachment, Q> making)
            throws IOException {
        JournalControl control = openControl(held);
        requireCodec(control.codecId(), codecId);
        DirectoryHandle journal = openJournal(held, control.state());
        if (journal == null) {
            return null;
        }
        Q attached = null;
        try {
            JournalFiles files = attachedTo(control);
            attached = join(held, control.state(), members -> {
                members.secure(); // before there is anything in its name that others could take
                boolean attended = members.anyOtherAlive(control.attendedVolatile());
                if (!attended) {
                    // else somebody who is alive has looked, and only this library has written since
                    requireSound(journal, control.state());
                }
                return making.make(new Attachment(files, control, members, journal, attended));
            });
            return attached;
        } finally {
            if (attached == null) {
                journal.close();
            }
        }
    }

    /** Holds the directory of the journal; null if that is gone because the queue is being deleted. */
    private @Nullable DirectoryHandle openJournal(DirectoryHandle held, QueueState state) throws IOException {
        try {
            return held.openOwn(JOURNAL);
        } catch (NoSuchFileException | RegionFormatException e) {
            if (state.deletedVolatile()) {
                return null;
            }
            throw e instanceof NoSuchFileException
                    ? new RegionFormatException(journal(), "it is missing; restore it or delete the queue")
                    : e;
        }
    }

    /** Refuses a journal that is not in order, unless it is being deleted. */
    private void requireSound(DirectoryHandle journal, QueueState state) throws IOException {
        try {
            JournalHeader.requireSound(journal);
        } catch (NoSuchFileException | RegionFormatException e) {
            if (!state.deletedVolatile()) {
                throw e;
            }
        }
    }

    /** Holds the journal's directory. */
    DirectoryHandle holdJournal() throws IOException {
        DirectoryHandle journal = null;
        try {
            try (DirectoryHandle held = holdAttached()) {
                journal = held.openOwn(JOURNAL);
            }
            return journal;
        } catch (Throwable e) {
            closeAfter(e, journal);
            throw e;
        }
    }

    IpcException storageFailed(String what, Throwable cause) {
        if (cause instanceof IpcException known) {
            return known;
        }
        if (cause instanceof NoSuchFileException) {
            return QueueStorageException.gone(cause);
        }
        return new QueueStorageException(
                what + ": directory=" + directory() + ", " + StorageFailure.describe(cause), cause);
    }

    QueueStorageException damaged(long index, String what) {
        return new QueueStorageException(
                "the journal is damaged: " + what + ": file=" + segment(index) + ", index=0x" + Long.toHexString(index)
                        + "; restore the file or delete the queue",
                null);
    }

    /**
     * About what the journal occupies: full segments by the size that fills one, the current one by what it was given.
     */
    long storageBytes(JournalControl control) {
        try (DirectoryHandle journal = holdJournal()) {
            return storageBytes(
                    control,
                    journal.names().stream()
                            .filter(name -> name.endsWith(SegmentName.SUFFIX))
                            .count());
        } catch (IOException e) {
            return control.allocatedBytes();
        }
    }

    /** @param segments how many there are, by their files */
    static long storageBytes(JournalControl control, long segments) {
        long allocated = control.allocatedBytes();
        // right after a segment has ended, the next one has no file yet
        long full = allocated == 0 ? segments : Math.max(0, segments - 1);
        return full * control.segmentBytes() + allocated;
    }
}
