// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.Members;
import io.ipcq.memory.PrivateFiles;
import io.ipcq.memory.RegionFormatException;
import io.ipcq.memory.WaitStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
     * @param attended whether somebody who is alive has seen the queue in order; if not, the machine may have crashed meanwhile
     */
    record Attachment(JournalFiles files, JournalControl control, Members members, boolean attended) {

        /** Has made sure that whatever a crash of the machine may have left is repaired before anything else. */
        void attend() {
            control.raiseAttended(members.number());
        }
    }

    private static final String CONTROL = "control.ipcq";
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

    @Override
    SharedQueue<byte[]> openEncoded() throws IOException {
        Codec<byte[]> codec = new EncodedCodec(open(held -> openControl(held).codecId()));
        return JournalQueue.open(directory(), codec, WaitStrategy.blocking());
    }

    @Override
    String kind() {
        return "durable queue";
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

    Attachment create(DurableQueueOptions options, String codecId, boolean anonymous) throws IOException {
        return create(made -> lay(made, options, codecId, anonymous), held -> attach(held, codecId));
    }

    private Members lay(DirectoryHandle made, DurableQueueOptions options, String codecId, boolean anonymous)
            throws IOException {
        Path journal = made.path().resolve(JOURNAL);
        PrivateFiles.createDirectory(journal);
        ChronicleJournal.create(journal, options.maxElementBytes());
        List<Members> joined = new ArrayList<>(1);
        try {
            Path control = made.path().resolve(CONTROL);
            JournalControl.create(control, options, codecId, anonymous, state -> joined.add(joinFirst(made, state)))
                    .raiseAttended(joined.get(0).number());
            return joined.get(0);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    Attachment open(String codecId) throws IOException {
        return open(held -> attach(held, codecId));
    }

    private @Nullable Attachment attach(DirectoryHandle held, String codecId) throws IOException {
        JournalControl control = openControl(held);
        requireCodec(control.codecId(), codecId);
        requireJournal(held, control.state());
        Members members = join(held, control.state());
        if (members == null) {
            return null;
        }
        members.secure(); // before there is anything in its name that others could take
        boolean attended = members.anyOtherAlive(control.attendedVolatile());
        return new Attachment(new JournalFiles(directory(), control.state()), control, members, attended);
    }

    private void requireJournal(DirectoryHandle held, QueueState state) throws IOException {
        try {
            held.openOwn(JOURNAL).close();
        } catch (NoSuchFileException e) {
            if (!state.deletedVolatile()) {
                throw new RegionFormatException(journal(), "it is missing; restore it or delete the queue");
            }
        }
    }

    /** Holds the journal's directory. */
    DirectoryHandle holdJournal() throws IOException {
        try (DirectoryHandle held = holdAttached()) {
            return held.openOwn(JOURNAL);
        }
    }

    /** Opens the dead letters, which lie in this queue's directory, or creates them there. */
    <E> DurableQueue<E> openDeadLetters(DurableQueueBuilder<E> builder) throws IOException {
        try (DirectoryHandle held = holdAttached()) {
            DurableQueue<E> opened = builder.openOrCreate(deadLetters());
            if (held.isInPlace()) {
                return opened;
            }
            opened.close();
            throw isGone(directory());
        }
    }

    /** About what the journal occupies: full segments by the size that fills one, the current one by what it was given. */
    long storageBytes(JournalControl control) {
        try (DirectoryHandle journal = holdJournal()) {
            long segments = journal.names().stream()
                    .filter(name -> name.endsWith(SegmentName.SUFFIX))
                    .count();
            long allocated = control.allocatedBytes();
            // right after a segment has ended, the next one has no file yet
            long full = allocated == 0 ? segments : Math.max(0, segments - 1);
            return full * control.segmentBytes() + allocated;
        } catch (IOException e) {
            return control.allocatedBytes();
        }
    }
}
