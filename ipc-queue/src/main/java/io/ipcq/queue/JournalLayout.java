// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionFormat;
import io.ipcq.memory.Waiter;

/**
 * Where the words of a durable queue's control file stand. The same picture is in {@code docs/file-format.md}.
 *
 * <pre>
 *  +----------------------+  0
 *  | region header        |
 *  +----------------------+  OPTIONS: written at creation, never again
 *  | options, codec, id   |
 *  +----------------------+  SETTINGS: changed under both mutexes
 *  | options, in two ways |
 *  +----------------------+  STATE
 *  | members, flags, ...  |
 *  +----------------------+  PRODUCERS: changed under the producers' mutex
 *  | mutex, appended, ... |
 *  +----------------------+  CONSUMERS: changed under the consumers' mutex
 *  | mutex, taken, ...    |
 *  +----------------------+  TASKS
 *  | tasks done           |
 *  +----------------------+  NOT_EMPTY, NOT_FULL, ALL_DONE: a waiter each
 *  | waiters              |
 *  +----------------------+  PUT_TIMES: changed under the producers' mutex, see UseTimes
 *  | place, time, ...     |
 *  +----------------------+  LEASES: one slot for each element that can be out at a time
 *  | slot 0, slot 1, ...  |
 *  +----------------------+
 *
 *  the options that can be altered, one of two copies
 *   0         8                   16                     24            28                 32     36         40
 *  +---------+-------------------+----------------------+-------------+------------------+------+----------+
 *  | maxSize | leaseTimeoutNanos | redeliveryDelayNanos | maxAttempts | retainedSegments | sync | checksum |
 *  +---------+-------------------+----------------------+-------------+------------------+------+----------+
 *
 *  one lease slot
 *   0       4          8       16       24      32         40             48      52      56       64
 *  +-------+----------+-------+--------+-------+----------+--------------+-------+-------+--------+
 *  | state | attempts | fence | number | index | deadline | acknowledged | owner | place | detail |
 *  +-------+----------+-------+--------+-------+----------+--------------+-------+-------+--------+
 * </pre>
 */
final class JournalLayout {

    static final RegionFormat FORMAT = new RegionFormat("durable queue", 0x4950_4351_4A52_4E4CL, 7);

    /** What two words that different processes change at the same time keep between them: two cache lines. */
    static final int SPACING = 128;

    // options
    static final int OPTIONS = MappedRegion.HEADER_BYTES;
    static final int SEGMENT_BYTES = OPTIONS;
    static final int MAX_ELEMENT_BYTES = SEGMENT_BYTES + Long.BYTES;
    static final int MAX_LEASES = MAX_ELEMENT_BYTES + Long.BYTES;
    static final int OPTION_FLAGS = MAX_LEASES + Integer.BYTES;
    static final int CODEC_ID_BYTES = OPTION_FLAGS + Integer.BYTES;
    static final int OPTIONS_CHECKSUM = CODEC_ID_BYTES + Integer.BYTES;
    static final int CODEC_ID = OPTIONS_CHECKSUM + Integer.BYTES;
    static final int MAX_CODEC_ID_BYTES = 2048;
    static final int ID = CODEC_ID + MAX_CODEC_ID_BYTES;
    static final int OPTIONS_END = ID + Long.BYTES;

    // options that can be altered
    static final int ALTERATIONS = align(OPTIONS_END);
    static final int SETTINGS = ALTERATIONS + Long.BYTES;
    static final int SETTING_MAX_SIZE = 0;
    static final int SETTING_LEASE_TIMEOUT_NANOS = SETTING_MAX_SIZE + Long.BYTES;
    static final int SETTING_REDELIVERY_DELAY_NANOS = SETTING_LEASE_TIMEOUT_NANOS + Long.BYTES;
    static final int SETTING_MAX_ATTEMPTS = SETTING_REDELIVERY_DELAY_NANOS + Long.BYTES;
    static final int SETTING_RETAINED_SEGMENTS = SETTING_MAX_ATTEMPTS + Integer.BYTES;
    static final int SETTING_SYNC = SETTING_RETAINED_SEGMENTS + Integer.BYTES;
    static final int SETTING_CHECKSUM = SETTING_SYNC + Integer.BYTES;
    static final int SETTING_BYTES = SETTING_CHECKSUM + Integer.BYTES;

    // state
    static final int STATE = align(SETTINGS + 2 * SETTING_BYTES);
    static final int NEXT_MEMBER = STATE + QueueState.NEXT_MEMBER;
    static final int FLAGS = STATE + QueueState.FLAGS;
    static final int ATTENDED = STATE + QueueState.BYTES;
    static final int CREATED = ATTENDED + Long.BYTES;

    // producers
    static final int PRODUCERS = STATE + SPACING;
    static final int PRODUCER_MUTEX = PRODUCERS;
    static final int APPENDED = PRODUCER_MUTEX + Long.BYTES;
    static final int LAST_INDEX = APPENDED + Long.BYTES;
    static final int SEGMENT_USED_BYTES = LAST_INDEX + Long.BYTES;
    static final int ALLOCATED_BYTES = SEGMENT_USED_BYTES + Long.BYTES;
    static final int SEGMENT = ALLOCATED_BYTES + Long.BYTES;
    static final int SEGMENT_DOCUMENTS = SEGMENT + Integer.BYTES;
    static final int LAST_PUT = SEGMENT_DOCUMENTS + Integer.BYTES;

    // consumers
    static final int CONSUMERS = PRODUCERS + SPACING;
    static final int CONSUMER_MUTEX = CONSUMERS;
    static final int TAKEN = CONSUMER_MUTEX + Long.BYTES;
    static final int READ_INDEX = TAKEN + Long.BYTES;
    static final int ACKNOWLEDGED = READ_INDEX + Long.BYTES;
    static final int NEXT_DUE_NANOS = ACKNOWLEDGED + Long.BYTES;
    static final int LEASED = NEXT_DUE_NANOS + Long.BYTES;
    static final int UNBURIED = LEASED + Integer.BYTES;
    static final int RETURNED = UNBURIED + Integer.BYTES;
    static final int USED_SLOTS = RETURNED + Integer.BYTES;
    static final int FREED_SLOTS = USED_SLOTS + Integer.BYTES;
    static final int LAST_TAKE = FREED_SLOTS + Long.BYTES;

    // tasks
    static final int TASKS_DONE = CONSUMERS + SPACING;

    // waiters
    static final int NOT_EMPTY = TASKS_DONE + SPACING;
    static final int NOT_FULL = NOT_EMPTY + SPACING;
    static final int ALL_DONE = NOT_FULL + SPACING;

    // times of puts
    static final int PUT_TIMES = ALL_DONE + SPACING;

    // leases
    static final int LEASES = align(PUT_TIMES + UseTimes.BYTES);
    static final int SPARE_SLOTS = 256;
    static final int LEASE_BYTES = 64;
    static final int LEASE_STATE = 0;
    static final int LEASE_ATTEMPTS = LEASE_STATE + Integer.BYTES;
    static final int LEASE_FENCE = LEASE_ATTEMPTS + Integer.BYTES;
    static final int LEASE_NUMBER = LEASE_FENCE + Long.BYTES;
    static final int LEASE_INDEX = LEASE_NUMBER + Long.BYTES;
    static final int LEASE_DEADLINE_NANOS = LEASE_INDEX + Long.BYTES;
    static final int LEASE_ACKNOWLEDGED = LEASE_DEADLINE_NANOS + Long.BYTES;
    static final int LEASE_OWNER = LEASE_ACKNOWLEDGED + Long.BYTES;
    static final int LEASE_PLACE = LEASE_OWNER + Integer.BYTES;
    static final int LEASE_DETAIL = LEASE_PLACE + Integer.BYTES;

    static {
        assert Waiter.BYTES <= SPACING;
        assert LAST_PUT % Long.BYTES == 0 && LAST_PUT + Long.BYTES <= PRODUCERS + SPACING;
        assert LAST_TAKE % Long.BYTES == 0 && LAST_TAKE + Long.BYTES <= CONSUMERS + SPACING;
        assert LEASED % Long.BYTES == 0; // read together with the word after it
        assert LEASE_DETAIL + Long.BYTES <= LEASE_BYTES;
    }

    private JournalLayout() {}

    /** As many as deliveries may be out at a time, and some for what {@code get} took and could not hand out. */
    static int slots(int maxLeases) {
        return maxLeases + SPARE_SLOTS;
    }

    static long sizeBytes(int maxLeases) {
        return (long) LEASES + (long) slots(maxLeases) * LEASE_BYTES;
    }

    private static int align(int offset) {
        return (offset + SPACING - 1) & -SPACING;
    }
}
