// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.util.stream.Stream;

/**
 * A durable queue as its files show it, for a file system that is mounted read-only, a snapshot, or a backup. {@link
 * DurableQueueBuilder#view} makes it.
 *
 * <p>It writes nothing. So it is not a member, repairs nothing, and takes no mutex. The price: after a crash of the
 * machine it may miss the last elements, and while others use the queue, a look may end in an exception, because they
 * remove what it reads.
 *
 * <p>Thread-safe: yes. Process-safe: yes; others do not notice it. Survives a crash: there is nothing to survive.
 *
 * @param <E> the type of the elements
 */
public interface DurableQueueView<E> extends AutoCloseable {

    /**
     * The elements that consumers could take, as {@link DurableQueue#browse}; not those that were out when the files
     * were left.
     */
    Stream<E> browse();

    /** The elements that are still there, consumed or not, as {@link DurableQueue#replay}. */
    Stream<Replayed<E>> replay(long fromNumber);

    /** How many elements consumers could take. */
    long qsize();

    /** The options that the queue was made with, or that somebody has altered since. */
    DurableQueueOptions options();

    /** Closes the files. Idempotent. */
    @Override
    void close();
}
