// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a durable queue was made with; stored in the queue, the same for every process.
 *
 * @param maxSize elements that may wait before {@code put} does; {@link Long#MAX_VALUE} for no bound
 * @param segmentBytes size at which a file of the journal is full and the next one begins
 * @param maxElementBytes the largest encoded element, in bytes
 * @param leaseTimeout how long a delivery may go unacknowledged while its consumer lives; null for as long as it lives
 * @param redeliveryDelay how long an element that was given back waits before its second delivery; longer before each later one
 * @param maxAttempts deliveries after which an element goes to the dead letters
 * @param maxLeases deliveries that may be unacknowledged at a time, in all processes together
 * @param retainedSegments consumed files that are kept for {@link DurableQueue#replay}
 * @param sync whether every put is written to the disk itself before it returns
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

    /** The longest that doubling comes to. */
    static final Duration LONGEST_REDELIVERY_DELAY = Duration.ofHours(1);

    /** How long an element waits that was delivered so often: twice as long each time, up to an hour unless the first wait is longer. */
    long redeliveryDelayNanos(int attempts) {
        long first = Durations.toNanos(redeliveryDelay);
        long longest = Math.max(first, LONGEST_REDELIVERY_DELAY.toNanos());
        long delay = first;
        for (int attempt = 1; attempt < attempts && delay > 0 && delay < longest; attempt++) {
            delay = Math.min(longest, 2 * delay);
        }
        return delay;
    }
}
