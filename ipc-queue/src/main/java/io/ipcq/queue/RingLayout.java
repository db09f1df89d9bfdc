// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionFormat;
import io.ipcq.memory.RobustMutex;
import io.ipcq.memory.Waiter;

/**
 * Where the words and the records of a ring queue's file stand. The same picture is in {@code docs/file-format.md}.
 *
 * <pre>
 *  +--------------------------+  0
 *  | region header            |
 *  +--------------------------+  OPTIONS: written at creation, never again
 *  | options, key, codec id   |
 *  +--------------------------+  STATE
 *  | members, flags, created  |
 *  +--------------------------+  PRODUCERS: changed under the mutex
 *  | mutex, tail, count, ...  |
 *  +--------------------------+  CONSUMERS
 *  | head, last take          |
 *  +--------------------------+  TASKS
 *  | tasks done               |
 *  +--------------------------+  NOT_EMPTY, NOT_FULL, ALL_DONE: a waiter each
 *  | waiters                  |
 *  +--------------------------+  PUT_TIMES: changed under the mutex, see UseTimes
 *  | place, time, place, ...  |
 *  +--------------------------+  DATA: position p stands at DATA + p modulo capacity
 *  | record, record, ...      |
 *  +--------------------------+  DATA + capacity
 *
 *  one record, at a position that is a multiple of 16
 *   0               8        12       16
 *  +---------------+--------+--------+----------------------+--------------+
 *  | stamp         | length | number | payload              | to 16 bytes  |
 *  +---------------+--------+--------+----------------------+--------------+
 * </pre>
 */
final class RingLayout {

    static final RegionFormat FORMAT = new RegionFormat("ring queue", 0x4950_4351_5249_4E47L, 4);

    /** What two words that different processes change at the same time keep between them: two cache lines. */
    static final int SPACING = 128;

    static final int PAGE_BYTES = 4096;

    // options
    static final int OPTIONS = MappedRegion.HEADER_BYTES;
    static final int MAX_SIZE = OPTIONS;
    static final int CAPACITY = MAX_SIZE + Long.BYTES;
    static final int KEY = CAPACITY + Long.BYTES;
    static final int OPTION_FLAGS = KEY + Long.BYTES;
    static final int CODEC_ID_BYTES = OPTION_FLAGS + Integer.BYTES;
    static final int OPTIONS_CHECKSUM = CODEC_ID_BYTES + Integer.BYTES;
    static final int CODEC_ID = OPTIONS_CHECKSUM + Integer.BYTES;
    static final int MAX_CODEC_ID_BYTES = 2048;

    // state
    static final int STATE = align(CODEC_ID + MAX_CODEC_ID_BYTES, SPACING);
    static final int CREATED = STATE + QueueState.BYTES;

    // producers
    static final int PRODUCERS = STATE + SPACING;
    static final int MUTEX = PRODUCERS;
    static final int TAIL = MUTEX + RobustMutex.BYTES;
    static final int COUNT = TAIL + Long.BYTES;
    static final int ALLOCATED = COUNT + Long.BYTES;
    static final int LAST_BYTES = ALLOCATED + Long.BYTES;
    static final int IS_CLOSED = LAST_BYTES + Integer.BYTES;
    static final int LAST_PUT = IS_CLOSED + Integer.BYTES;

    // consumers
    static final int CONSUMERS = PRODUCERS + SPACING;
    static final int HEAD = CONSUMERS;
    static final int LAST_TAKE = HEAD + Long.BYTES;

    // tasks
    static final int TASKS = CONSUMERS + SPACING;
    static final int TASKS_DONE = TASKS;

    // waiters
    static final int NOT_EMPTY = TASKS + SPACING;
    static final int NOT_FULL = NOT_EMPTY + SPACING;
    static final int ALL_DONE = NOT_FULL + SPACING;

    // times of puts
    static final int PUT_TIMES = ALL_DONE + SPACING;

    // records
    static final int DATA = align(PUT_TIMES + UseTimes.BYTES, PAGE_BYTES);
    static final int RECORD_ALIGNMENT = 16;
    static final int RECORD_STAMP = 0;
    static final int RECORD_LENGTH = RECORD_STAMP + Long.BYTES;
    static final int RECORD_NUMBER = RECORD_LENGTH + Integer.BYTES;
    static final int RECORD_PAYLOAD = RECORD_NUMBER + Integer.BYTES;

    static {
        assert CREATED + Long.BYTES <= STATE + SPACING;
        assert LAST_PUT + Long.BYTES <= PRODUCERS + SPACING;
        assert DATA == PAGE_BYTES; // a glance reads all words at once
        assert Waiter.BYTES <= SPACING;
    }

    private RingLayout() {}

    private static int align(int offset, int alignment) {
        return (offset + alignment - 1) & -alignment;
    }
}
