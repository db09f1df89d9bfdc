// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.time.Duration;

/** A point of {@link System#nanoTime}, with one value that is never reached. */
final class Deadline {

    static final long NEVER = Long.MAX_VALUE;

    private Deadline() {}

    static long in(Duration timeout) {
        long nanos = toNanos(timeout);
        if (nanos > Long.MAX_VALUE / 2) {
            return NEVER; // half the range, as any longer wait could not be told from one that has ended
        }
        long deadline = System.nanoTime() + nanos;
        return deadline == NEVER ? NEVER - 1 : deadline;
    }

    static boolean hasPassed(long deadline) {
        return deadline != NEVER && System.nanoTime() - deadline >= 0;
    }

    static long remainingNanos(long deadline) {
        return deadline == NEVER ? NEVER : deadline - System.nanoTime();
    }

    static long earlier(long one, long other) {
        return other == NEVER || (one != NEVER && one - other <= 0) ? one : other;
    }

    private static long toNanos(Duration timeout) {
        try {
            return Math.max(0, timeout.toNanos());
        } catch (ArithmeticException e) {
            return timeout.isNegative() ? 0 : Long.MAX_VALUE;
        }
    }
}
