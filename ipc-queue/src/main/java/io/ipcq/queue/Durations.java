// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.Deadline;
import java.time.Duration;

/** The words of {@link Deadline} as the queues use them. */
final class Durations {

    private Durations() {}

    static long toNanos(Duration duration) {
        return Deadline.nanos(duration);
    }

    /** When a wait that begins now ends, on the clock of {@link System#nanoTime}; {@link Long#MAX_VALUE} for never. */
    static long deadline(Duration timeout) {
        return Deadline.in(timeout);
    }

    static long deadline(long timeoutNanos) {
        return Deadline.in(timeoutNanos);
    }

    static boolean hasPassed(long deadline) {
        return Deadline.hasPassed(deadline);
    }

    /** The earlier of a deadline and {@code nanos} from now. */
    static long atMost(long deadline, long nanos) {
        return Deadline.atMost(deadline, nanos);
    }

    /** The later of a deadline and {@code nanos} from now. */
    static long atLeast(long deadline, long nanos) {
        return Deadline.atLeast(deadline, nanos);
    }
}
