// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionFormat;
import io.ipcq.memory.Waiter;

/**
 * Where the words of a {@link StandbySlot}'s file stand. The same picture is in {@code docs/file-format.md}.
 *
 * <pre>
 *  +--------------------------+  0
 *  | region header            |
 *  +--------------------------+  STATE
 *  | state, idle nanos        |
 *  +--------------------------+  TASK_WAITER: the waiting JVM sleeps here until it is given a task
 *  | waiter                   |
 *  +--------------------------+  READY_WAITER: the parent sleeps here until the JVM waits
 *  | waiter                   |
 *  +--------------------------+  CODE_BYTES
 *  | length, name of a class  |
 *  +--------------------------+  TASK_BYTES
 *  | length, task             |
 *  +--------------------------+  REGION_BYTES
 * </pre>
 */
final class StandbyLayout {

    static final RegionFormat FORMAT = new RegionFormat("waiting JVM", 0x4950_4351_5741_4954L, 1);

    private static final int SPACING = 64;
    static final int PAGE_BYTES = 4096;

    static final int STATE = MappedRegion.HEADER_BYTES;
    static final int IDLE_NANOS = STATE + Long.BYTES;
    static final int TASK_WAITER = STATE + SPACING;
    static final int READY_WAITER = TASK_WAITER + SPACING;
    static final int CODE_BYTES = READY_WAITER + SPACING;
    static final int CODE = CODE_BYTES + Integer.BYTES;
    static final int TASK_BYTES = PAGE_BYTES;
    static final int TASK = TASK_BYTES + Integer.BYTES;
    static final int REGION_BYTES = 4 * PAGE_BYTES;

    static {
        assert Waiter.BYTES <= SPACING;
    }

    private StandbyLayout() {}
}
