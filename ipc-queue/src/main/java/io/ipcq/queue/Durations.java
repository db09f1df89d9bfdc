// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.time.Duration;

/** Durations as nanoseconds and deadlines; what is too long to count is for ever. */
final class Durations {

    private Durations() {}

    static long toNanos(Duration duration) {
        try {
            return Math.max(0, duration.toNanos());
        } catch (ArithmeticException e) {
            return duration.isNegative() ? 0 : Long.MAX_VALUE;
        }
    }

    /** When a wait that begins now ends, on the clock of {@link System#nanoTime}; {@link Long#MAX_VALUE} for never. */
    static long deadline(Duration timeout) {
        return deadline(toNanos(timeout));
    }

    static long deadline(long timeoutNanos) {
        // half the range, as any longer wait could not be told from one that has ended
        return timeoutNanos > Long.MAX_VALUE / 2
                ? Long.MAX_VALUE
                : avoidForever(System.nanoTime() + Math.max(0, timeoutNanos));
    }

    static boolean hasPassed(long deadline) {
        return deadline != Long.MAX_VALUE && System.nanoTime() - deadline >= 0;
    }

    /** The earlier of a deadline and {@code nanos} from now. */
    static long atMost(long deadline, long nanos) {
        long soon = avoidForever(System.nanoTime() + nanos);
        return deadline == Long.MAX_VALUE || soon - deadline < 0 ? soon : deadline;
    }

    /** The later of a deadline and {@code nanos} from now. */
    static long atLeast(long deadline, long nanos) {
        long soon = avoidForever(System.nanoTime() + nanos);
        return deadline == Long.MAX_VALUE || soon - deadline < 0 ? deadline : soon;
    }

    private static long avoidForever(long deadline) {
        return deadline == Long.MAX_VALUE ? deadline - 1 : deadline;
    }
}
