// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.Deadline;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The options of a durable queue, as it was made and {@linkplain DurableQueue#alter altered} since. They are stored in
 * the queue, and the same for every process. Times of more than 292 years are cut to that.
 *
 * <p>Thread-safe and process-safe: immutable. Survives a crash: as the queue does.
 *
 * @param maxSize elements that may wait before {@code put} does; {@link Long#MAX_VALUE} for no bound
 * @param segmentBytes size at which a file of the journal is full and the next one begins
 * @param maxElementBytes the largest encoded element, in bytes
 * @param leaseTimeout how long a delivery may stay unacknowledged while its consumer lives; null for as long as it
 *     lives
 * @param redeliveryDelay how long an element that was given back waits before its second delivery; longer before each
 *     later one
 * @param maxAttempts deliveries after which an element goes to the dead letters
 * @param maxLeases deliveries that may be unacknowledged at the same time, in all processes together
 * @param retainedSegments consumed files that are kept for {@link DurableQueue#replay}
 * @param sync whether every put forces its elements to the disk before it returns
 */
public record DurableQueueOptions(
        long maxSize,
        long segmentBytes,
        int maxElementBytes,
        @Nullable Duration leaseTimeout,
        Duration redeliveryDelay,
        int maxAttempts,
        int maxLeases,
        int retainedSegments,
        boolean sync) {

    static final long DEFAULT_SEGMENT_BYTES = 64L << 20;
    static final long MIN_SEGMENT_BYTES = 1L << 20;
    static final long MAX_SEGMENT_BYTES = 1L << 30;
    static final int DEFAULT_MAX_ELEMENT_BYTES = 15 << 20;
    static final int MAX_ELEMENT_BYTES = 255 << 20;
    /** Every element fits into a dead letter. */
    static final int MAX_DEAD_LETTER_BYTES = MAX_ELEMENT_BYTES + DeadLetterCodec.OVERHEAD_BYTES;

    static final Duration DEFAULT_REDELIVERY_DELAY = Duration.ofMillis(100);
    static final int DEFAULT_MAX_ATTEMPTS = 5;
    static final int DEFAULT_MAX_LEASES = 1024;
    static final int LIMIT_OF_LEASES = 1 << 20;

    /** The longest that doubling comes to. */
    static final Duration LONGEST_REDELIVERY_DELAY = Duration.ofHours(1);

    /** @throws IllegalArgumentException if an option is out of its range */
    public DurableQueueOptions {
        Range.require("maxSize", maxSize, 1, Long.MAX_VALUE);
        Range.require("segmentBytes", segmentBytes, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES);
        Range.require("maxElementBytes", maxElementBytes, 1, MAX_DEAD_LETTER_BYTES);
        Range.require("maxAttempts", maxAttempts, 1, Integer.MAX_VALUE);
        Range.require("maxLeases", maxLeases, 1, LIMIT_OF_LEASES);
        Range.require("retainedSegments", retainedSegments, 0, Integer.MAX_VALUE);
        if (leaseTimeout != null && (leaseTimeout.isNegative() || leaseTimeout.isZero())) {
            throw new IllegalArgumentException("leaseTimeout must be positive: leaseTimeout=" + leaseTimeout);
        }
        Objects.requireNonNull(redeliveryDelay, "redeliveryDelay");
        if (redeliveryDelay.isNegative()) {
            throw new IllegalArgumentException(
                    "redeliveryDelay must not be negative: redeliveryDelay=" + redeliveryDelay);
        }
        // as they are when they are read back
        leaseTimeout = leaseTimeout == null ? null : Duration.ofNanos(Deadline.nanos(leaseTimeout));
        redeliveryDelay = Duration.ofNanos(Deadline.nanos(redeliveryDelay));
    }

    /** These options with another {@code maxSize}; {@link Long#MAX_VALUE} for no bound. */
    public DurableQueueOptions withMaxSize(long elements) {
        return with(elements, leaseTimeout, redeliveryDelay, maxAttempts, retainedSegments, sync);
    }

    /** These options with another {@code leaseTimeout}; null for leases that last as long as their consumer. */
    public DurableQueueOptions withLeaseTimeout(@Nullable Duration timeout) {
        return with(maxSize, timeout, redeliveryDelay, maxAttempts, retainedSegments, sync);
    }

    /** These options with another {@code redeliveryDelay}. */
    public DurableQueueOptions withRedeliveryDelay(Duration delay) {
        return with(maxSize, leaseTimeout, delay, maxAttempts, retainedSegments, sync);
    }

    /** These options with another {@code maxAttempts}. */
    public DurableQueueOptions withMaxAttempts(int attempts) {
        return with(maxSize, leaseTimeout, redeliveryDelay, attempts, retainedSegments, sync);
    }

    /** These options with another {@code retainedSegments}. */
    public DurableQueueOptions withRetainedSegments(int segments) {
        return with(maxSize, leaseTimeout, redeliveryDelay, maxAttempts, segments, sync);
    }

    /** These options with another {@code sync}. */
    public DurableQueueOptions withSync(boolean synced) {
        return with(maxSize, leaseTimeout, redeliveryDelay, maxAttempts, retainedSegments, synced);
    }

    private DurableQueueOptions with(
            long size, @Nullable Duration timeout, Duration delay, int attempts, int segments, boolean synced) {
        return new DurableQueueOptions(
                size, segmentBytes, maxElementBytes, timeout, delay, attempts, maxLeases, segments, synced);
    }

    /** Refuses what would have to lie in a queue in another way. */
    void requireLayoutOf(DurableQueueOptions stored) {
        requireEqual("segmentBytes", segmentBytes, stored.segmentBytes);
        requireEqual("maxElementBytes", maxElementBytes, stored.maxElementBytes);
        requireEqual("maxLeases", maxLeases, stored.maxLeases);
    }

    private static void requireEqual(String name, long asked, long stored) {
        if (asked != stored) {
            throw new IllegalArgumentException(name + " cannot be altered: stored=" + stored + ", asked=" + asked
                    + "; create another queue and put the elements there");
        }
    }

    /**
     * How long an element waits that was delivered so often: twice as long each time, up to an hour unless the first
     * wait is longer.
     */
    long redeliveryDelayNanos(int attempts) {
        long first = Deadline.nanos(redeliveryDelay);
        long longest = Math.max(first, LONGEST_REDELIVERY_DELAY.toNanos());
        long delay = first;
        for (int attempt = 1; attempt < attempts && delay > 0 && delay < longest; attempt++) {
            delay = Math.min(longest, 2 * delay);
        }
        return delay;
    }
}
