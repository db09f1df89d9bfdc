// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionFormatException;
import org.jspecify.annotations.Nullable;

/**
 * The shared words of a queue of either kind: its state, what it was given at creation and
 * never again, and when it was used.
 */
abstract class QueueControl {

    final MappedRegion region;
    private final QueueState state;
    private final FixedOptions fixed;
    private final UseTimes times;

    QueueControl(MappedRegion region, int state, FixedOptions fixed, UseTimes times) {
        this.region = region;
        this.state = new QueueState(region, state);
        this.fixed = fixed;
        this.times = times;
    }

    /**
     * Of a file that is damaged.
     *
     * @param what is wrong, and at which offset
     */
    static RegionFormatException damaged(MappedRegion region, String what, @Nullable IllegalArgumentException cause) {
        RegionFormatException damaged =
                new RegionFormatException(region.file(), what + "; restore the file or delete the queue");
        if (cause != null) {
            damaged.initCause(cause);
        }
        return damaged;
    }

    final MappedRegion region() {
        return region;
    }

    final QueueState state() {
        return state;
    }

    final UseTimes times() {
        return times;
    }

    final boolean anonymous() {
        return fixed.anonymous();
    }

    final String codecId() {
        return fixed.codecId();
    }

    /** What no other queue has, but a copy of this one. */
    final long id() {
        return fixed.id();
    }
}
