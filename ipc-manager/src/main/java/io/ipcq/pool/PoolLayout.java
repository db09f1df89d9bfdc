// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionFormat;

/**
 * The layout of the file that shows a pool. The same picture is in {@code docs/file-format.md}.
 *
 * <pre>
 *  +--------------------------+  0
 *  | region header            |
 *  +--------------------------+  SEQUENCE: odd while what follows is written
 *  | sequence                 |
 *  +--------------------------+  SEEN
 *  | times, counts, name      |
 *  +--------------------------+  LAST_CRASHES: MOST_CRASHES places, CRASH_BYTES apart, the oldest crash first
 *  | time, exit code          |
 *  | ...                      |
 *  +--------------------------+  ROWS: one for each worker, ROW_BYTES apart
 *  | pid, times, task, names  |
 *  | ...                      |
 *  +--------------------------+
 * </pre>
 */
final class PoolLayout {

    static final RegionFormat FORMAT = new RegionFormat("pool", 0x4950_4351_504f_4f4cL, 2);

    static final int SEQUENCE = MappedRegion.HEADER_BYTES;
    static final int SEEN = SEQUENCE + Long.BYTES;
    static final int STARTED = SEEN + Long.BYTES;
    static final int WAITING = STARTED + Long.BYTES;
    static final int SUBMITTED = WAITING + Long.BYTES;
    static final int SUCCEEDED = SUBMITTED + Long.BYTES;
    static final int FAILED = SUCCEEDED + Long.BYTES;
    static final int CANCELLED = FAILED + Long.BYTES;
    static final int CRASHES = CANCELLED + Long.BYTES;
    static final int STARTED_WORKERS = CRASHES + Long.BYTES;
    static final int WORKERS = STARTED_WORKERS + Long.BYTES;
    static final int READY = WORKERS + Integer.BYTES;
    static final int BUSY = READY + Integer.BYTES;
    static final int SHUTDOWN = BUSY + Integer.BYTES;
    static final int ROW_COUNT = SHUTDOWN + Integer.BYTES;
    static final int CRASH_COUNT = ROW_COUNT + Integer.BYTES;
    static final int NAME_BYTES = CRASH_COUNT + Integer.BYTES;
    static final int NAME = NAME_BYTES + Integer.BYTES;
    static final int LAST_CRASHES = 512;
    static final int LONGEST_NAME = LAST_CRASHES - NAME;

    static final int MOST_CRASHES = 16;
    static final int CRASHED_AT = 0;
    static final int EXIT_CODE = CRASHED_AT + Long.BYTES;
    static final int CRASH_BYTES = 16;

    static final int ROWS = LAST_CRASHES + MOST_CRASHES * CRASH_BYTES;

    static final int PID = 0;
    static final int WORKER_STARTED = PID + Long.BYTES;
    static final int DONE = WORKER_STARTED + Long.BYTES;
    static final int TASK = DONE + Long.BYTES;
    static final int SINCE = TASK + Long.BYTES;
    static final int USUAL_NANOS = SINCE + Long.BYTES;
    static final int STATE = USUAL_NANOS + Long.BYTES;
    static final int WORKER_CRASHES = STATE + Integer.BYTES;
    static final int WORKER_NAME_BYTES = WORKER_CRASHES + Integer.BYTES;
    static final int FUNCTION_BYTES = WORKER_NAME_BYTES + Integer.BYTES;
    static final int WORKER_NAME = FUNCTION_BYTES + Integer.BYTES;
    static final int FUNCTION = 160;
    static final int ROW_BYTES = 320;
    static final int LONGEST_WORKER_NAME = FUNCTION - WORKER_NAME;
    static final int LONGEST_FUNCTION = ROW_BYTES - FUNCTION;

    private PoolLayout() {}

    /** How many bytes the file has with so many rows; also where the next row begins. */
    static int bytes(int rows) {
        return ROWS + rows * ROW_BYTES;
    }
}
