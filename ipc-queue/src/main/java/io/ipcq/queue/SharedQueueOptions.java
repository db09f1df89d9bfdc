// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

/**
 * The options of a queue in memory, as it was made. They are stored in the queue, and the same for every process.
 *
 * <p>Thread-safe and process-safe: immutable. Survives a crash: as the queue does.
 *
 * @param capacityBytes for elements and 16 bytes beside each; rounded up to a power of two
 * @param maxSize elements that may wait before {@code put} does; {@link Long#MAX_VALUE} for no bound but the bytes
 * @param checksum whether each element carries a checksum, which its consumer compares
 */
public record SharedQueueOptions(long capacityBytes, long maxSize, boolean checksum) {

    static final long MIN_CAPACITY_BYTES = 4L << 10;
    static final long MAX_CAPACITY_BYTES = 1L << 30;
    static final long DEFAULT_CAPACITY_BYTES = 64L << 20;

    /** @throws IllegalArgumentException if an option is out of its range */
    public SharedQueueOptions {
        Range.require("capacityBytes", capacityBytes, MIN_CAPACITY_BYTES, MAX_CAPACITY_BYTES);
        Range.require("maxSize", maxSize, 1, Long.MAX_VALUE);
        capacityBytes = Long.highestOneBit(capacityBytes - 1) << 1;
    }
}
