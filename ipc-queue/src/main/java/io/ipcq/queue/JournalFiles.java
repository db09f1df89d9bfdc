// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.Members;
import io.ipcq.memory.PrivateFiles;
import io.ipcq.memory.WaitStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

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

    /** A handle's hold on a queue: the shared words, and the lock that says that this member lives. */
    record Attachment(JournalFiles files, JournalControl control, Members members) {}

    JournalFiles(Path directory) {
        super(directory);
    }

    @Override
    Path control() {
        return directory().resolve("control.ipcq");
    }

    @Override
    QueueState openState() throws IOException {
        return JournalControl.open(control()).state();
    }

    @Override
    SharedQueue<byte[]> openEncoded() throws IOException {
        Codec<byte[]> codec = new EncodedCodec(JournalControl.open(control()).codecId());
        return JournalQueue.open(directory(), codec, WaitStrategy.blocking());
    }

    @Override
    String kind() {
        return "durable queue";
    }

    Path journal() {
        return directory().resolve("journal");
    }

    Path deadLetters() {
        return directory().resolve("dead-letters");
    }

    Path segment(long index) {
        return journal().resolve(SegmentName.of((int) (index >>> Integer.SIZE)));
    }

    Attachment create(DurableQueueOptions options, String codecId, boolean anonymous) throws IOException {
        return create(fresh -> new JournalFiles(fresh).lay(options, codecId, anonymous), () -> open(codecId));
    }

    private Members lay(DurableQueueOptions options, String codecId, boolean anonymous) throws IOException {
        PrivateFiles.createDirectory(journal());
        ChronicleJournal.create(journal(), options.maxElementBytes());
        List<Members> joined = new ArrayList<>(1);
        try {
            JournalControl.create(control(), options, codecId, anonymous, region -> joined.add(join(region)));
            return joined.get(0);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Members join(MappedRegion region) {
        try {
            return Members.join(members(), region, JournalLayout.NEXT_MEMBER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Attachment open(String codecId) throws IOException {
        requireThere();
        JournalControl control = JournalControl.open(control());
        requireCodec(control.codecId(), codecId);
        PrivateFiles.requirePrivate(journal());
        return new Attachment(this, control, join(control.state()));
    }

    /** About what the journal occupies: full segments by the size that fills one, the current one by what it was given. */
    long storageBytes(JournalControl control) {
        try (Stream<Path> files = Files.list(journal())) {
            long segments = files.filter(file -> file.toString().endsWith(SegmentName.SUFFIX))
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
