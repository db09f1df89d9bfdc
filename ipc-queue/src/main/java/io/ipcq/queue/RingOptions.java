// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

/**
 * What a ring queue was made with; stored in the queue, the same for every process.
 *
 * @param capacityBytes for elements and 16 bytes beside each; a power of two
 * @param maxSize elements that may wait before {@code put} does; {@link Long#MAX_VALUE} for no bound but the bytes
 * @param checksum whether each element ends with a {@link RingChecksum}
 */
record RingOptions(long capacityBytes, long maxSize, boolean checksum) {

    static final long MIN_CAPACITY_BYTES = 4L << 10;
    static final long MAX_CAPACITY_BYTES = 1L << 30;
    static final long DEFAULT_CAPACITY_BYTES = 64L << 20;

    /** The smallest power of two that is not smaller. */
    static long roundUp(long capacityBytes) {
        return capacityBytes <= 1 ? 1 : Long.highestOneBit(capacityBytes - 1) << 1;
    }
}
