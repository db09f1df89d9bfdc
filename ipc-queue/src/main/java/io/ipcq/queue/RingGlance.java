// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.queue.RingLayout.*;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionCopy;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How many elements are in a ring, from a copy of its words; right if nobody has changed them since.
 * {@link RingRecords} has the same of a ring at work.
 *
 * @param size elements that can be taken
 * @param count elements ever put
 * @param isShutDown whether the ring is closed
 * @param oldestMillis when the first element was put; 0 if there is none, or that is not known
 */
record RingGlance(long size, long count, boolean isShutDown, long oldestMillis) {

    /** More records than that are seldom beyond {@code tail}, or before the first one that can be taken. */
    private static final int MOST_STEPS = 8;

    /** Null if it takes more than a glance. */
    static @Nullable RingGlance of(RingControl control, RegionCopy copy) throws IOException {
        MappedRegion words = control.region();
        Walk walk = new Walk(copy, words.getLong(KEY), control.options().capacityBytes());
        long head = words.getLong(HEAD);
        long first = walk.firstRecord(head);
        if (first < 0) {
            return null;
        }
        long size = 0;
        if (walk.kind(first) == RingRecords.COMMITTED) {
            int number = walk.number(first);
            if (!walk.toEnd(Math.max(words.getLong(TAIL), first), words.getLong(COUNT))) {
                return null;
            }
            int distance = (int) walk.endNumber - number; // less than 2^31, in both halves
            size = distance;
        }
        return walk.toEnd(words.getLong(TAIL), words.getLong(COUNT))
                ? new RingGlance(
                        size,
                        walk.endNumber,
                        walk.endKind == RingRecords.CLOSED,
                        size > 0 ? control.times().timeOf(first) : 0)
                : null;
    }

    /** From record to record. */
    private static final class Walk {

        private final RegionCopy copy;
        private final long key;
        private final long capacity;
        private final int maxPayloadBytes;
        private long endNumber;
        private int endKind;

        Walk(RegionCopy copy, long key, long capacity) {
            this.copy = copy;
            this.key = key;
            this.capacity = capacity;
            this.maxPayloadBytes = RingRecords.maxPayloadBytes(capacity);
        }

        private long offset(long position) {
            return DATA + (position & (capacity - 1));
        }

        int kind(long position) throws IOException {
            long kind = copy.getLong(offset(position) + RECORD_STAMP) ^ key ^ position;
            return kind >= RingRecords.COMMITTED && kind <= RingRecords.CLOSED ? (int) kind : 0;
        }

        int number(long position) throws IOException {
            return copy.getInt(offset(position) + RECORD_NUMBER);
        }

        private long nextLap(long position) {
            return (position | (capacity - 1)) + 1;
        }

        /** The first position from one on that is no padding; -1 if there is too much of that. */
        long firstRecord(long from) throws IOException {
            long position = from;
            for (int step = 0; step < MOST_STEPS; step++) {
                if (kind(position) != RingRecords.PADDING) {
                    return position;
                }
                position = nextLap(position);
            }
            return -1;
        }

        /** Looks for the end, from a position that is not beyond it; false if it is too far. */
        boolean toEnd(long from, long count) throws IOException {
            long position = from;
            long number = count;
            for (int step = 0; step < MOST_STEPS; step++) {
                int kind = kind(position);
                if (kind == RingRecords.COMMITTED) {
                    int length = copy.getInt(offset(position) + RECORD_LENGTH);
                    if (length < 0 || length > maxPayloadBytes) {
                        return false;
                    }
                    number = RingRecords.after(number, number(position));
                    position += RingRecords.recordBytes(length);
                } else if (kind == RingRecords.PADDING) {
                    position = nextLap(position);
                } else {
                    endNumber = number;
                    endKind = kind;
                    return true;
                }
            }
            return false;
        }
    }
}
