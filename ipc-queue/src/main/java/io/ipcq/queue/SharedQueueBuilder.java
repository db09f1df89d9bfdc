// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.memory.WaitStrategy;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link SharedQueue} in memory; {@code create}, {@code open} and {@code openOrCreate} check them all at
 * once.
 *
 * <p>All but the wait strategy are stored in the queue when it is created. A queue that is opened keeps what it was
 * created with; an option that was set here to something else is refused.
 *
 * <p>Thread-safe: no. Process-safe: not applicable. Survives a crash: not applicable.
 *
 * @param <E> the type of the elements
 */
public final class SharedQueueBuilder<E> {

    private final Codec<E> codec;
    private @Nullable Long capacityBytes; // null until it is set, as are the others that are stored
    private @Nullable Long maxSize;
    private @Nullable Boolean checksum;
    private WaitStrategy waitStrategy = WaitStrategy.blocking();
    private boolean groupTrusted;
    private boolean closedWhenUnreachable;

    SharedQueueBuilder(Codec<E> codec) {
        this.codec = Objects.requireNonNull(codec, "codec");
    }

    /**
     * The space for elements, with 16 bytes for each, in bytes; from 4 KiB to 1 GiB, rounded up to a power of two; 64
     * MiB unless set. Memory is taken only while the queue fills for the first time. An element that takes more than
     * about half of the space is refused.
     */
    public SharedQueueBuilder<E> capacityBytes(long bytes) {
        this.capacityBytes = bytes;
        return this;
    }

    /** Bounds the number of elements as well; {@code put} waits while there are as many. */
    public SharedQueueBuilder<E> maxSize(long elements) {
        this.maxSize = elements;
        return this;
    }

    /**
     * Whether each element carries a checksum (CRC-32C), which its consumer compares; false unless set. Then an element
     * whose bytes something has changed in the file is not handed out. It counts as done, and a
     * {@link io.ipcq.codec.CodecException} carries its bytes. An element takes 4 more bytes. A {@code put} and a
     * {@code get} together take about 30 ns more at 100 bytes, 300 ns at 1,000. If positions in the file were changed,
     * a missing or repeated element is not noticed.
     */
    public SharedQueueBuilder<E> checksum(boolean checked) {
        this.checksum = checked;
        return this;
    }

    /** How this handle waits; {@link WaitStrategy#blocking()} unless set. Not stored: each handle has its own. */
    public SharedQueueBuilder<E> waitStrategy(WaitStrategy strategy) {
        this.waitStrategy = Objects.requireNonNull(strategy, "strategy");
        return this;
    }

    /**
     * Opens a queue even if a group may write to its files; without this such a queue is refused. Kubernetes gives a
     * group these rights with {@code fsGroup}, whenever it mounts a volume. Group and others lose all their rights to
     * the files. The price: what members of the group have written until then is trusted. Not stored.
     */
    public SharedQueueBuilder<E> trustGroup(boolean trusted) {
        this.groupTrusted = trusted;
        return this;
    }

    /**
     * Whether a queue that is opened is closed when nothing in this process refers to it any more, as a queue is that
     * was passed to this process; false unless set. The garbage collector notices that at some time. Not stored.
     */
    public SharedQueueBuilder<E> closedWhenUnreachable(boolean closed) {
        this.closedWhenUnreachable = closed;
        return this;
    }

    /**
     * Creates the queue in a directory that does not exist or is empty.
     *
     * @throws FileAlreadyExistsException if the directory holds a queue or anything else
     */
    public SharedQueue<E> create(Path directory) throws IOException {
        return RingQueue.create(directory, codec, options(), waitStrategy);
    }

    /** Creates an anonymous queue. It lies in memory if the system has a place for that, and ends with its creator. */
    public SharedQueue<E> create() throws IOException {
        return RingQueue.createAnonymous(codec, options(), waitStrategy);
    }

    /**
     * Opens the queue in a directory.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws io.ipcq.memory.RegionFormatException if what is there is another kind of queue, damaged, or of another
     *     format
     * @throws IllegalArgumentException if the queue has another codec, or another value for an option that was set here
     */
    public SharedQueue<E> open(Path directory) throws IOException {
        SharedQueueOptions asked = options();
        if (groupTrusted) {
            QueueDirectory.closeToGroup(directory);
        }
        RingQueue<E> queue = closedWhenUnreachable
                ? RingQueue.openPassed(directory, codec, waitStrategy)
                : RingQueue.open(directory, codec, waitStrategy);
        try {
            SharedQueueOptions stored = queue.options();
            requireSame("capacityBytes", capacityBytes, asked.capacityBytes(), stored.capacityBytes(), directory);
            requireSame("maxSize", maxSize, asked.maxSize(), stored.maxSize(), directory);
            requireSame("checksum", checksum, asked.checksum(), stored.checksum(), directory);
            return queue;
        } catch (Throwable e) {
            QueueDirectory.closeAfter(e, queue);
            throw e;
        }
    }

    /** Opens the queue in a directory, or creates it there if there is none. */
    public SharedQueue<E> openOrCreate(Path directory) throws IOException {
        return QueueDirectory.openOrCreate(() -> open(directory), () -> create(directory));
    }

    /** Sets all options that are stored to those of another queue. What is set later replaces them one by one. */
    public SharedQueueBuilder<E> options(SharedQueueOptions options) {
        return capacityBytes(options.capacityBytes()).maxSize(options.maxSize()).checksum(options.checksum());
    }

    /**
     * What a queue is created with now.
     *
     * @throws IllegalArgumentException if an option is out of its range
     */
    public SharedQueueOptions options() {
        return new SharedQueueOptions(
                capacityBytes == null ? SharedQueueOptions.DEFAULT_CAPACITY_BYTES : capacityBytes,
                maxSize == null ? Long.MAX_VALUE : maxSize,
                checksum != null && checksum);
    }

    private static void requireSame(String name, @Nullable Object chosen, Object asked, Object stored, Path directory) {
        if (chosen != null && !asked.equals(stored)) {
            throw new IllegalArgumentException("the queue was created with another " + name + ": directory="
                    + directory + ", stored=" + stored + ", asked=" + asked
                    + "; leave the option out to take what is stored");
        }
    }
}
