// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.queue.RingLayout.*;

import io.ipcq.memory.MappedRegion;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The records of a ring as they can be read by anybody, also by one who may write nothing; {@link Ring} says how they
 * come and go.
 *
 * <p>Thread-safe, process-safe: what is read is proved by {@code head} not to have been written over meanwhile.
 */
class RingRecords {

    static final int COMMITTED = 1;
    static final int PADDING = 2;
    static final int CLOSED = 3;

    static final int HEADER_BYTES = RECORD_PAYLOAD;
    /** Below it, a length that may be garbage costs less to allocate than to make sure of. */
    static final int SMALL_BYTES = 64 << 10;

    /** Of the ring: what a producer that waits for room would rather have before it goes on. */
    static final int WORTHWHILE_PART = 8;

    static final int ALLOCATION_BYTES = 1 << 20;
    static final int ATTEMPTS_BETWEEN_YIELDS = 64;

    /** As often somebody looks for the time of an element that others take meanwhile. */
    private static final int ATTEMPTS_AT_TIME = 8;

    final MappedRegion region;
    final long capacity;
    final long maxSize;
    final long key;
    final UseTimes times;
    private final int maxPayloadBytes;

    RingRecords(RingControl control) {
        this.region = control.region();
        this.key = region.getLong(KEY);
        this.times = control.times();
        this.capacity = control.options().capacityBytes();
        this.maxSize = control.options().maxSize();
        this.maxPayloadBytes = maxPayloadBytes(capacity);
    }

    /** The largest payload that fits, however the ring stands. */
    int maxPayloadBytes() {
        return maxPayloadBytes;
    }

    static int maxPayloadBytes(long capacityBytes) {
        return (int) ((capacityBytes - HEADER_BYTES) / 2 & -RECORD_ALIGNMENT) - HEADER_BYTES;
    }

    // ---- look -------------------------------------------------------------------------------------------------------

    /** A place between records, for one who looks at them without taking them. */
    static final class Cursor {
        private long position;
        private long end;
        private boolean hasSeenSome;
        private int number; // the lower half of that of the element that was seen last

        private void set(long head, long end) {
            this.position = head;
            this.end = end;
        }

        /** Whether there were payloads, and all were taken before one was seen. */
        private boolean hasMissedAll(long head) {
            return !hasSeenSome && position < end && head >= end;
        }

        /** The number of the element that was seen last, given one that is less than 2^31 away from it. */
        long number(long near) {
            return near + (number - (int) near);
        }
    }

    /** A cursor over what is there now. */
    Cursor cursor() {
        Cursor cursor = new Cursor();
        cursor.set(headAcquire(), end().position);
        return cursor;
    }

    /** Lets a cursor that has come to its end go on with what is there now. */
    void extend(Cursor cursor) {
        cursor.set(Math.max(headAcquire(), cursor.position), end().position);
    }

    /** Whether a cursor that has seen nothing more has come to its end, as it has not where the records are damaged. */
    boolean isAtEnd(Cursor cursor) {
        return Math.max(headAcquire(), cursor.position) >= cursor.end;
    }

    /** Where a record that cannot be read stands, for messages. */
    String place(Cursor cursor) {
        long position = Math.max(headAcquire(), cursor.position);
        return "offset=" + offset(position) + ", position=" + position;
    }

    /**
     * The next payload that has not been taken meanwhile; null at the end. Null at once means that there was none at
     * some instant: if all were taken before the first one could be seen, the cursor goes over what there is then.
     */
    byte @Nullable [] next(Cursor cursor) {
        for (int attempt = 1; ; attempt++) {
            long head = headAcquire();
            if (cursor.hasMissedAll(head)) {
                cursor.set(head, end().position);
            }
            long position = Math.max(head, cursor.position);
            if (position >= cursor.end) {
                return null;
            }
            int kind = kind(position);
            int length = kind == COMMITTED ? length(position) : 0;
            int number = kind == COMMITTED ? number(position) : 0;
            byte[] payload = null;
            long next = position;
            if (kind == PADDING) {
                next = nextLap(position);
            } else if (kind == COMMITTED && isBelievable(position, length)) {
                payload = payload(position, length);
                next = position + recordBytes(length);
            }
            VarHandle.acquireFence();
            if (headAcquire() <= position) {
                cursor.position = next;
                cursor.hasSeenSome |= payload != null;
                cursor.number = number;
                if (payload != null || next == position) {
                    return payload;
                }
            }
            pause(attempt);
        }
    }

    /** The elements that can be taken, as of one instant. */
    long size() {
        for (int attempt = 1; ; attempt++) {
            long head = headAcquire();
            long first = firstRecord(head, head + capacity);
            boolean empty = kind(first) != COMMITTED;
            int number = number(first);
            long size = empty ? 0 : (int) end(first).number - number;
            if (isHead(head)) {
                return size;
            }
            pause(attempt);
        }
    }

    /** When the first element was put; 0 if there is none, or that is not known. */
    long oldestMillis() {
        long time = 0;
        for (int attempt = 1; time == 0 && attempt <= ATTEMPTS_AT_TIME; attempt++) {
            long head = headAcquire();
            long first = firstRecord(head, head + capacity);
            boolean empty = kind(first) != COMMITTED;
            if (!empty) {
                time = times.timeOf(first);
            } else if (isHead(head)) {
                return 0;
            }
        }
        return time;
    }

    /** How many elements were ever put. */
    long count() {
        return end().number;
    }

    boolean isShutDown() {
        return end().kind == CLOSED;
    }

    /** Whether there is no room for another payload as large as this; -1 stands for the size of the last one put. */
    boolean isFull(int payloadBytes) {
        return lacks(
                payloadBytes < 0 ? Math.max(HEADER_BYTES, region.getInt(LAST_BYTES)) : recordBytes(payloadBytes), 1);
    }

    /**
     * Whether there is no room for this payload, or for no more than a few. A producer that goes on as soon as there is
     * room for one finds the ring full again after one, and takes the line of `head` away from the consumers each time.
     */
    boolean isNearlyFull(int payloadBytes) {
        return lacks(
                (int) Math.max(recordBytes(payloadBytes), capacity / WORTHWHILE_PART),
                Math.max(1, maxSize / WORTHWHILE_PART));
    }

    private boolean lacks(int bytes, long elements) {
        for (int attempt = 1; ; attempt++) {
            long head = headAcquire();
            long end = end().position;
            if (isHead(head)) {
                long position = fits(end, bytes) ? end : nextLap(end);
                return position + bytes + HEADER_BYTES - head > capacity || size() > maxSize - elements;
            }
            pause(attempt);
        }
    }

    /** Where the next record will be, its number, and what kind of stamp is there: none, or closed. */
    private record End(long position, long number, int kind) {}

    /** The end as of one instant. */
    private End end() {
        for (int attempt = 1; ; attempt++) {
            long head = headAcquire();
            long tail = region.getLongAcquire(TAIL);
            End end = end(tail);
            // nothing is written over what lies behind `head`, nor at `tail` before `tail` has moved
            VarHandle.acquireFence();
            if (region.getLongAcquire(TAIL) == tail || (tail >= head && isHead(head))) {
                return end;
            }
            pause(attempt);
        }
    }

    /**
     * The end, looked for from a position that is not beyond it; right only if `head` proves not to have passed that.
     */
    private End end(long from) {
        long tail = region.getLongAcquire(TAIL);
        long number = region.getLongAcquire(COUNT);
        long position = Math.max(tail, from);
        long limit = position + capacity;
        int kind = kind(position);
        while ((kind == COMMITTED || kind == PADDING) && position < limit) {
            if (kind == COMMITTED) {
                int length = length(position);
                if (!isValid(position, length)) {
                    break;
                }
                number = after(number, number(position));
                position += recordBytes(length);
            } else {
                position = nextLap(position);
            }
            kind = kind(position);
        }
        return new End(position, number, kind);
    }

    /** The first position from `head` on, up to a limit, that is no padding. */
    final long firstRecord(long head, long limit) {
        long first = head;
        while (first < limit && kind(first) == PADDING) {
            first = nextLap(first);
        }
        return first;
    }

    /** What is wrong with the words of a ring that was opened; null if they agree. */
    @Nullable
    String objection() {
        for (int attempt = 1; ; attempt++) {
            long head = headAcquire();
            String objection = objection(head);
            if (objection == null || isHead(head)) {
                return objection;
            }
            pause(attempt);
        }
    }

    private @Nullable String objection(long head) {
        long tail = region.getLongAcquire(TAIL);
        long allocated = region.getLongAcquire(ALLOCATED);
        boolean plausible = ((head | tail) & (RECORD_ALIGNMENT - 1)) == 0
                && head >= 0
                && tail >= 0
                && Math.abs(tail - head) <= capacity
                && allocated >= Math.min(capacity, Math.max(head, tail) + HEADER_BYTES)
                && allocated <= capacity;
        if (!plausible) {
            return "its words contradict each other: offset=" + TAIL + ", head=" + head + ", tail=" + tail
                    + ", allocated=" + allocated;
        }
        int kind = kind(head);
        int length = kind == COMMITTED ? length(head) : 0;
        if (isValid(head, length) && (head >= tail || kind == COMMITTED || kind == PADDING)) {
            return null;
        }
        return "the first record is damaged: offset=" + offset(head) + ", position=" + head + ", kind=" + kind
                + ", length=" + length;
    }

    // ---- words ------------------------------------------------------------------------------------------------------

    final long headAcquire() {
        return region.getLongAcquire(HEAD);
    }

    /** Whether `head` has not moved: what was read before was not overwritten. */
    final boolean isHead(long head) {
        VarHandle.acquireFence();
        return region.getLongAcquire(HEAD) == head;
    }

    /** Kind of the stamp at a position; 0 if what is there is not that position's. */
    final int kind(long position) {
        long kind = region.getLongAcquire(offset(position) + RECORD_STAMP) ^ key ^ position;
        return kind >= COMMITTED && kind <= CLOSED ? (int) kind : 0;
    }

    final int length(long position) {
        return region.getIntAcquire(offset(position) + RECORD_LENGTH);
    }

    final int number(long position) {
        return region.getIntAcquire(offset(position) + RECORD_NUMBER);
    }

    final byte[] payload(long position, int length) {
        byte[] payload = new byte[length];
        region.getBytes(offset(position) + RECORD_PAYLOAD, payload, 0, length);
        return payload;
    }

    final int offset(long position) {
        return DATA + (int) (position & (capacity - 1));
    }

    final long nextLap(long position) {
        return (position | (capacity - 1)) + 1;
    }

    final boolean fits(long position, int bytes) {
        return (position & (capacity - 1)) + bytes <= capacity;
    }

    static int recordBytes(int payloadBytes) {
        return (HEADER_BYTES + payloadBytes + RECORD_ALIGNMENT - 1) & -RECORD_ALIGNMENT;
    }

    /**
     * The full number that follows one of which the lower half is known; {@code near} is less than 2^31 away from it.
     */
    static long after(long near, int number) {
        return near + (number - (int) near) + 1;
    }

    final boolean isValid(long position, int length) {
        return length >= 0 && length <= maxPayloadBytes && fits(position, recordBytes(length));
    }

    /**
     * Whether a length that was read at `head` is worth an array of that size; not if somebody else has taken the
     * record.
     */
    final boolean isBelievable(long head, int length) {
        if (!isValid(head, length)) {
            requireMoved(head, head, length);
            return false;
        }
        return length <= SMALL_BYTES || headAcquire() <= head;
    }

    final void requireMoved(long head, long position, int length) {
        if (isHead(head)) {
            requireValid(position, length);
        }
    }

    final int requireValid(long position, int length) {
        if (isValid(position, length)) {
            return length;
        }
        throw new QueueStorageException(
                "the ring is damaged: file=" + region.file() + ", offset=" + offset(position) + ", position=" + position
                        + ", length=" + length + "; delete the queue and create it anew",
                null);
    }

    @SuppressWarnings("ThreadPriorityCheck") // a yield is what lets the others finish where cores are few
    static void pause(int attempt) {
        if (attempt % ATTEMPTS_BETWEEN_YIELDS == 0) {
            Thread.yield();
            // what is read from a file that was cut short may contradict itself for ever
            MappedRegion.surfaceFaults();
        }
    }
}
