// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Durations as nanoseconds, and deadlines: points of {@link System#nanoTime}, with one value that is never reached, and
 * one that always has passed.
 *
 * <p>A duration that is too long to count is for ever, and a negative one has passed, so nothing overflows.
 * Thread-safe: it has no state.
 */
public final class Deadline {

    public static final long NEVER = Long.MAX_VALUE;

    /** Has always passed: do it now or not at all, without regard to an interrupt, as nothing waits. */
    public static final long NOW = Long.MIN_VALUE;

    private Deadline() {}

    /** Nanoseconds, at least 0; {@link #NEVER} if there are too many. */
    public static long nanos(Duration duration) {
        try {
            return Math.max(0, duration.toNanos());
        } catch (ArithmeticException tooMany) {
            return duration.isNegative() ? 0 : NEVER;
        }
    }

    /** When a wait that begins now ends. */
    public static long in(Duration timeout) {
        return in(nanos(timeout));
    }

    /** When a wait that begins now ends. */
    public static long in(long timeout, TimeUnit unit) {
        return in(unit.toNanos(timeout));
    }

    /** When a wait that begins now ends. */
    public static long in(long nanos) {
        // half the range, as any longer wait could not be told from one that has ended
        return nanos > Long.MAX_VALUE / 2 ? NEVER : ordinary(System.nanoTime() + Math.max(0, nanos));
    }

    /** Whether a deadline has passed; {@link #NEVER} never does. */
    public static boolean hasPassed(long deadline) {
        return deadline != NEVER && remainingNanos(deadline, System.nanoTime()) <= 0;
    }

    /** Not above 0 once it has passed. */
    public static long remainingNanos(long deadline) {
        return deadline == NEVER ? NEVER : remainingNanos(deadline, System.nanoTime());
    }

    /** For waits that count in milliseconds: rounded up, so that none ends before its time. Not above 0 once passed. */
    public static long remainingMillis(long deadline) {
        long nanos = remainingNanos(deadline);
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        return nanos > TimeUnit.MILLISECONDS.toNanos(millis) ? millis + 1 : millis;
    }

    /** The same at the instant {@code now}. */
    public static long remainingNanos(long deadline, long now) {
        return deadline == NEVER || deadline == NOW ? deadline : deadline - now;
    }

    /** The earlier of two deadlines. */
    public static long earlier(long one, long other) {
        return isEarlier(one, other) ? one : other;
    }

    /** The earlier of a deadline and {@code nanos} from now. */
    public static long atMost(long deadline, long nanos) {
        return earlier(deadline, in(nanos));
    }

    /** The later of a deadline and {@code nanos} from now. */
    public static long atLeast(long deadline, long nanos) {
        long soon = in(nanos);
        return isEarlier(soon, deadline) ? deadline : soon;
    }

    private static boolean isEarlier(long one, long other) {
        if (one == NOW || one == NEVER || other == NOW || other == NEVER) {
            return one < other;
        }
        return one - other < 0;
    }

    private static long ordinary(long deadline) {
        return deadline == NEVER ? NEVER - 1 : deadline == NOW ? NOW + 1 : deadline;
    }
}
