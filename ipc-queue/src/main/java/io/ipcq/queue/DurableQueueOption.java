// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import org.jspecify.annotations.Nullable;

/**
 * One of the {@link DurableQueueOptions}, for those who tell what was chosen from what was left as it is.
 *
 * <p>Thread-safe and process-safe: immutable. Survives a crash: not applicable.
 */
public enum DurableQueueOption {
    MAX_SIZE("maxSize"),
    SEGMENT_BYTES("segmentBytes"),
    MAX_ELEMENT_BYTES("maxElementBytes"),
    LEASE_TIMEOUT("leaseTimeout"),
    REDELIVERY_DELAY("redeliveryDelay"),
    MAX_ATTEMPTS("maxAttempts"),
    MAX_LEASES("maxLeases"),
    RETAINED_SEGMENTS("retainedSegments"),
    SYNC("sync");

    private final String title;

    DurableQueueOption(String title) {
        this.title = title;
    }

    /** Its value among others; null for a {@code leaseTimeout} that there is not. */
    public @Nullable Object in(DurableQueueOptions options) {
        return switch (this) {
            case MAX_SIZE -> options.maxSize();
            case SEGMENT_BYTES -> options.segmentBytes();
            case MAX_ELEMENT_BYTES -> options.maxElementBytes();
            case LEASE_TIMEOUT -> options.leaseTimeout();
            case REDELIVERY_DELAY -> options.redeliveryDelay();
            case MAX_ATTEMPTS -> options.maxAttempts();
            case MAX_LEASES -> options.maxLeases();
            case RETAINED_SEGMENTS -> options.retainedSegments();
            case SYNC -> options.sync();
        };
    }

    /** As the builder's method is called. */
    @Override
    public String toString() {
        return title;
    }
}
