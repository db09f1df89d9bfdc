// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.memory.WaitStrategy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link DurableQueue}; {@code create}, {@code open} and {@code openOrCreate} check them all at once.
 *
 * <p>All but the wait strategy are stored in the queue when it is created. A queue that is opened keeps what is stored
 * in it; an option that was set here to something else is refused. {@link DurableQueue#alter} changes what is stored.
 *
 * <p>Thread-safe: no. Process-safe: not applicable. Survives a crash: not applicable.
 *
 * @param <E> the type of the elements
 */
public final class DurableQueueBuilder<E> {

    private final Codec<E> codec;
    private final Set<DurableQueueOption> chosen = EnumSet.noneOf(DurableQueueOption.class);
    private long maxSize = Long.MAX_VALUE;
    private long segmentBytes = DurableQueueOptions.DEFAULT_SEGMENT_BYTES;
    private int maxElementBytes = DurableQueueOptions.DEFAULT_MAX_ELEMENT_BYTES;
    private @Nullable Duration leaseTimeout;
    private Duration redeliveryDelay = DurableQueueOptions.DEFAULT_REDELIVERY_DELAY;
    private int maxAttempts = DurableQueueOptions.DEFAULT_MAX_ATTEMPTS;
    private int maxLeases = DurableQueueOptions.DEFAULT_MAX_LEASES;
    private int retainedSegments;
    private boolean sync;
    private WaitStrategy waitStrategy = WaitStrategy.blocking();
    private boolean groupTrusted;
    private boolean closedWhenUnreachable;

    DurableQueueBuilder(Codec<E> codec) {
        this.codec = Objects.requireNonNull(codec, "codec");
    }

    /**
     * Bounds the number of elements that wait; {@code put} waits while there are as many. Without it the disk is the
     * bound.
     */
    public DurableQueueBuilder<E> maxSize(long elements) {
        this.maxSize = elements;
        return chosen(DurableQueueOption.MAX_SIZE);
    }

    /** The size, in bytes, at which a file of the journal is full; 64 MiB unless set, from 1 MiB to 1 GiB. */
    public DurableQueueBuilder<E> segmentBytes(long bytes) {
        this.segmentBytes = bytes;
        return chosen(DurableQueueOption.SEGMENT_BYTES);
    }

    /**
     * The largest encoded element, in bytes; 15 MiB unless set, at most 255 MiB. It costs address space, not memory.
     */
    public DurableQueueBuilder<E> maxElementBytes(int bytes) {
        this.maxElementBytes = bytes;
        return chosen(DurableQueueOption.MAX_ELEMENT_BYTES);
    }

    /**
     * How long a consumer may leave a delivery unacknowledged. Then the delivery goes to another consumer, even if the
     * first one lives. Without this option a lease lasts as long as its consumer's process.
     */
    public DurableQueueBuilder<E> leaseTimeout(Duration timeout) {
        this.leaseTimeout = Objects.requireNonNull(timeout, "timeout");
        return chosen(DurableQueueOption.LEASE_TIMEOUT);
    }

    /**
     * How long an element that was given back ({@link Delivery#nack()}) waits before it is delivered a second time; 100
     * ms unless set. The delay doubles before each later delivery, up to an hour. Other elements are delivered
     * meanwhile. Zero delivers the element again at once, before all others. What a dead consumer held does not wait.
     */
    public DurableQueueBuilder<E> redeliveryDelay(Duration delay) {
        this.redeliveryDelay = Objects.requireNonNull(delay, "delay");
        return chosen(DurableQueueOption.REDELIVERY_DELAY);
    }

    /** How often an element is delivered before it goes to the dead letters; 5 unless set. */
    public DurableQueueBuilder<E> maxAttempts(int attempts) {
        this.maxAttempts = attempts;
        return chosen(DurableQueueOption.MAX_ATTEMPTS);
    }

    /** How many deliveries may be unacknowledged at the same time, in all processes together; 1,024 unless set. */
    public DurableQueueBuilder<E> maxLeases(int leases) {
        this.maxLeases = leases;
        return chosen(DurableQueueOption.MAX_LEASES);
    }

    /** How many consumed files are kept for {@link DurableQueue#replay}; none unless set. */
    public DurableQueueBuilder<E> retainedSegments(int segments) {
        this.retainedSegments = segments;
        return chosen(DurableQueueOption.RETAINED_SEGMENTS);
    }

    /**
     * Whether every put forces its elements to the disk before it returns. They survive a crash of the machine, at the
     * disk's speed.
     */
    public DurableQueueBuilder<E> sync(boolean sync) {
        this.sync = sync;
        return chosen(DurableQueueOption.SYNC);
    }

    /** How this handle waits; {@link WaitStrategy#blocking()} unless set. Not stored: each handle has its own. */
    public DurableQueueBuilder<E> waitStrategy(WaitStrategy strategy) {
        this.waitStrategy = Objects.requireNonNull(strategy, "strategy");
        return this;
    }

    /**
     * Opens a queue even if a group may write to its files; without this such a queue is refused. Kubernetes gives a
     * group these rights with {@code fsGroup}, whenever it mounts a volume. Group and others lose all their rights to
     * the files. The price: what members of the group have written until then is trusted. Not stored.
     */
    public DurableQueueBuilder<E> trustGroup(boolean trusted) {
        this.groupTrusted = trusted;
        return this;
    }

    /**
     * Whether a queue that is opened is closed when nothing in this process refers to it or to its deliveries any more,
     * as a queue is that was passed to this process; false unless set. The garbage collector notices that at some time.
     * Not stored.
     */
    public DurableQueueBuilder<E> closedWhenUnreachable(boolean closed) {
        this.closedWhenUnreachable = closed;
        return this;
    }

    /**
     * Creates the queue in a directory that does not exist or is empty.
     *
     * @throws java.nio.file.FileAlreadyExistsException if the directory holds a queue or anything else
     */
    public DurableQueue<E> create(Path directory) throws IOException {
        return JournalQueue.create(directory, codec, options(), waitStrategy);
    }

    /** Creates an anonymous queue. It lies in memory if the system has a place for that, and ends with its creator. */
    public DurableQueue<E> create() throws IOException {
        return JournalQueue.createAnonymous(codec, options(), waitStrategy);
    }

    /**
     * Opens the queue in a directory.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws io.ipcq.memory.RegionFormatException if what is there is no durable queue, damaged, or of another format
     * @throws IllegalArgumentException if the queue has another codec, or another value for an option that was set here
     */
    public DurableQueue<E> open(Path directory) throws IOException {
        if (groupTrusted) {
            QueueDirectory.closeToGroup(directory);
        }
        JournalQueue<E> queue = closedWhenUnreachable
                ? JournalQueue.openPassed(directory, codec, waitStrategy)
                : JournalQueue.open(directory, codec, waitStrategy);
        try {
            request(false).requireSame("directory=" + directory, queue.options());
            return queue;
        } catch (Throwable e) {
            QueueDirectory.closeAfter(e, queue);
            throw e;
        }
    }

    /** Opens the queue in a directory, or creates it there if there is none. */
    public DurableQueue<E> openOrCreate(Path directory) throws IOException {
        return QueueDirectory.openOrCreate(() -> open(directory), () -> create(directory));
    }

    /**
     * Opens the queue at an address: {@code file:/var/orders}, {@code ipcq://host:port/orders?key=/etc/key}. The
     * provider of the scheme documents its addresses. The wait strategy and {@link #trustGroup} concern files only.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws java.nio.file.ProviderNotFoundException if nothing on the class path opens such queues; names the
     *     dependency to add
     * @throws IllegalArgumentException if the address is malformed, if the queue has another codec or another value for
     *     an option that was set here, or if such a queue cannot have that option
     */
    public DurableQueue<E> open(URI address) throws IOException {
        return at(address, false);
    }

    /** Opens the queue at an address, as {@link #open(URI)} does, or makes it there if there is none. */
    public DurableQueue<E> openOrCreate(URI address) throws IOException {
        return at(address, true);
    }

    private DurableQueue<E> at(URI uri, boolean create) throws IOException {
        QueueAddress address = QueueAddress.of(uri);
        if (!address.scheme().equals("file")) {
            return QueueProviders.require(address).open(address, request(create));
        }
        address.requireParametersOf(Set.of());
        Path directory = Path.of(uri);
        return create ? openOrCreate(directory) : open(directory);
    }

    /**
     * Looks at the queue in a directory without writing anything. So it works on a file system that is mounted
     * read-only.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws io.ipcq.memory.RegionFormatException if what is there is no durable queue, damaged, or of another format
     * @throws IllegalArgumentException if the queue has another codec
     */
    public DurableQueueView<E> view(Path directory) throws IOException {
        return JournalView.open(directory, codec);
    }

    /**
     * Sets all options to those of another queue. Those that are as by default count as left out. What is set later
     * replaces them one by one.
     */
    public DurableQueueBuilder<E> options(DurableQueueOptions options) {
        this.maxSize = options.maxSize();
        this.segmentBytes = options.segmentBytes();
        this.maxElementBytes = options.maxElementBytes();
        this.leaseTimeout = options.leaseTimeout();
        this.redeliveryDelay = options.redeliveryDelay();
        this.maxAttempts = options.maxAttempts();
        this.maxLeases = options.maxLeases();
        this.retainedSegments = options.retainedSegments();
        this.sync = options.sync();
        chosen.clear();
        DurableQueueOptions defaults = new DurableQueueBuilder<>(codec).options();
        for (DurableQueueOption option : DurableQueueOption.values()) {
            if (!Objects.equals(option.in(options), option.in(defaults))) {
                chosen.add(option);
            }
        }
        return this;
    }

    /**
     * What a queue is created with now.
     *
     * @throws IllegalArgumentException if an option is out of its range
     */
    public DurableQueueOptions options() {
        if (codec != DeadLetterCodec.INSTANCE) {
            Range.require("maxElementBytes", maxElementBytes, 1, DurableQueueOptions.MAX_ELEMENT_BYTES);
        }
        return new DurableQueueOptions(
                maxSize,
                segmentBytes,
                maxElementBytes,
                leaseTimeout,
                redeliveryDelay,
                maxAttempts,
                maxLeases,
                retainedSegments,
                sync);
    }

    private DurableQueueRequest<E> request(boolean create) {
        return new DurableQueueRequest<>(codec, create, options(), chosen, closedWhenUnreachable);
    }

    private DurableQueueBuilder<E> chosen(DurableQueueOption option) {
        chosen.add(option);
        return this;
    }
}
