// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A queue of either kind and of any type, as its files show it. {@code ipcq queue stat} and {@code who} use it.
 *
 * <p>It writes nothing. So it is not a member, repairs nothing, takes no mutex, and nobody has to wake it. The price:
 * while others use the queue, a look at elements may end in a {@link QueueStorageException}, because they remove what
 * it reads.
 *
 * <p>Thread-safe: one thread looks at a time. Process-safe: yes; others do not notice it. Survives a crash: there is
 * nothing to survive, and all of the queue's processes may be dead.
 */
public interface QueueView extends AutoCloseable {

    /**
     * Looks at the queue in a directory.
     *
     * @throws io.ipcq.memory.RegionFormatException if there is something else, or the control file is damaged; the
     *     message says where
     */
    static QueueView open(Path directory) throws IOException {
        return QueueDirectory.look(
                directory,
                (there, held) -> there instanceof JournalFiles journal
                        ? EncodedJournalView.of(journal, held)
                        : RingView.of((RingFiles) there, held));
    }

    /** Whether a directory of this user holds a queue, even a damaged one. A queue of another user does not count. */
    static boolean isThere(Path directory) {
        return QueueDirectory.isThere(directory);
    }

    /** Where the queue lives. */
    Path directory();

    /** The file whose locked bytes are the members: byte n, and byte n + 2^30, are of member n. */
    default Path members() {
        return directory().resolve(QueueDirectory.MEMBERS);
    }

    /** The file with the shared words. */
    Path control();

    /** Whether it is a {@link DurableQueue}. */
    boolean isDurable();

    /** The {@link io.ipcq.codec.Codec#id() id} of the codec that the queue was created with. */
    String codecId();

    /** What the control file says now. */
    QueueSnapshot snapshot();

    /** The word at an offset of the control file; null if nobody sleeps on that. */
    @Nullable
    QueueWord wordAt(long offset);

    /** The elements that consumers could take, oldest first, as they were encoded. */
    Stream<byte[]> browse();

    /**
     * The elements from a number on that are still there, as they were encoded. In a queue in memory, these are the
     * ones that were not taken; in a durable queue, those whose files are there. Numbers count from 0 in the order of
     * commitment.
     */
    Stream<Replayed<byte[]>> from(long number);

    /** The elements that were given up; null if there are none. The caller has to close it. */
    @Nullable
    QueueView deadLetters() throws IOException;

    /**
     * Reads every record that is there.
     *
     * @param flaw is called with a description of each record that is damaged or missing, and where
     * @return how many elements are intact
     */
    default long verify(Consumer<String> flaw) {
        return verify(flaw, () -> {});
    }

    /**
     * The same, for who wants to know how far it is.
     *
     * @param flaw is called with a description of each record that is damaged or missing, and where
     * @param sound is run after each element that is intact
     * @return how many elements are intact
     */
    long verify(Consumer<String> flaw, Runnable sound);

    /**
     * Makes a new queue of the same kind, codec and options, and puts into it what can be read of what somebody may
     * still want, in its order: elements that wait, and of a durable queue those that are leased or were given back.
     * This queue is left as it is, and nobody should use it meanwhile. If it fails, there is no new queue.
     *
     * @param target where the new queue lives; there must be nothing yet
     * @param flaw told, in words, of each element that is damaged or missing, and where
     * @return how many elements are in the new queue
     */
    default long salvage(Path target, Consumer<String> flaw) throws IOException {
        return salvage(target, flaw, () -> {});
    }

    /**
     * The same, for who wants to know how far it is.
     *
     * @param target where the new queue lives; there must be nothing yet
     * @param flaw told, in words, of each element that is damaged or missing, and where
     * @param kept is run after each element that is in the new queue
     * @return how many elements are in the new queue
     */
    long salvage(Path target, Consumer<String> flaw, Runnable kept) throws IOException;

    /** Lets go of the files. Idempotent. */
    @Override
    void close();
}
