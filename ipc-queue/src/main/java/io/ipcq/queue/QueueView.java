// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A queue of either kind and any type as its files show it: what {@code ipcq queue stat} and {@code who} look through.
 *
 * <p>It writes nothing, so it is no member, repairs nothing, takes no mutex, and nobody who puts or takes has to wake it. What is
 * given up with that: while others use the queue, a look at elements may end in a {@link QueueStorageException}, as they remove
 * what it reads.
 *
 * <p>Thread-safe: one looks at a time. Process-safe: yes; nobody notices it. Survives a crash: there is nothing to survive, and
 * all of the queue's processes may be dead.
 */
public interface QueueView extends AutoCloseable {

    /**
     * Looks at the queue in a directory.
     *
     * @throws io.ipcq.memory.RegionFormatException if there is something else, or the control file is damaged; the message says where
     */
    static QueueView open(Path directory) throws IOException {
        return QueueDirectory.requireIn(directory).view();
    }

    /** Whether a directory of this user holds a queue, be it damaged; one that is another user's does not. */
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

    /** What stands at an offset of the control file; null if nobody sleeps on that. */
    @Nullable
    QueueWord wordAt(long offset);

    /** The elements that consumers could take, oldest first, as they were encoded. */
    Stream<byte[]> browse();

    /**
     * The elements from a number on that are still there, as they were encoded: of a queue in memory those that were not taken, of
     * a durable one those whose files are there. Numbers count from 0 in the order of commitment.
     */
    Stream<Replayed<byte[]>> from(long number);

    /** The elements that were given up; null if there are none. To be closed by the caller. */
    @Nullable
    QueueView deadLetters() throws IOException;

    /**
     * Reads every record that is there.
     *
     * @param flaw told, in words, of each that is damaged or missing, and where
     * @return how many elements are in order
     */
    long verify(Consumer<String> flaw);

    /** Lets go of the files. Idempotent. */
    @Override
    void close();
}
