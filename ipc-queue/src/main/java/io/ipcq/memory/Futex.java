// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import io.ipcq.memory.Kernel.Numbers;
import io.ipcq.memory.Kernel.SystemCall;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sleeping in the kernel on a word of a mapped file until another process changes it and says so.
 *
 * <p>This is the system call {@code futex}. Where there is no {@link Kernel} to call, a sleeper looks at the word again
 * and again, after pauses that grow with the time waited, from 50 us to 5 ms.
 *
 * <p>A return says nothing: the caller looks again at what it waits for.
 */
final class Futex {

    static final int WAKE = 1;

    private static final int WAIT = 0;
    private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private Futex() {}

    /**
     * Sleeps if the word still is {@code expected}, until it is woken, the time is over, or for no reason.
     *
     * @param waitedNanos how long the caller has waited so far, which sets the pace where there is no futex
     */
    static void await(MappedRegion region, long offset, int expected, long timeoutNanos, long waitedNanos) {
        SystemCall call = VirtualThreads.isCurrent() ? null : Kernel.call();
        if (call == null) {
            poll(region, offset, expected, timeoutNanos, waitedNanos);
            return;
        }
        if (timeoutNanos > 0) {
            invoke(call, region, offset, WAIT, expected, Timeouts.get().address(timeoutNanos));
        }
    }

    /** Wakes up to {@code count} sleepers of any process; returns how many there were, or 0 where they poll. */
    static long wake(MappedRegion region, long offset, int count) {
        SystemCall call = Kernel.call();
        return call == null ? 0 : invoke(call, region, offset, WAKE, count, 0);
    }

    private static long invoke(
            SystemCall call, MappedRegion region, long offset, int operation, int value, long timeoutAddress) {
        try {
            return call.invoke(Numbers.FUTEX, region.address() + offset, operation, value, timeoutAddress);
        } finally {
            Reference.reachabilityFence(region); // a word that is unmapped meanwhile would end the JVM
        }
    }

    /** Whether there are sleepers in the kernel, or only those that poll. */
    static boolean isNative() {
        return Kernel.call() != null;
    }

    private static void poll(MappedRegion region, long offset, int expected, long timeoutNanos, long waitedNanos) {
        long start = System.nanoTime();
        long passed = 0;
        while (passed < timeoutNanos
                && region.getIntVolatile(offset) == expected
                && !Thread.currentThread().isInterrupted()) {
            long pause = Math.max(SHORTEST_PAUSE_NANOS, Math.min(LONGEST_PAUSE_NANOS, (waitedNanos + passed) / 8));
            LockSupport.parkNanos(Math.min(pause, timeoutNanos - passed));
            passed = System.nanoTime() - start;
        }
    }

    /**
     * Every timeout there is, as a native {@code timespec} that is never written again: nothing to allocate per wait.
     */
    private static final class Timeouts {

        private static final int SHORT_STEP_NANOS = 50_000;
        private static final int SHORT_STEPS = 20; // up to 1 ms
        private static final int LONG_STEP_NANOS = 1_000_000;
        private static final int LONG_STEPS = 100; // up to 100 ms
        private static final int TIMESPEC_BYTES = 2 * Long.BYTES;

        /** Made by the first who sleeps; what fails, for want of memory, is tried again by the next. */
        private static volatile @Nullable Timeouts made;

        private final ByteBuffer timespecs;
        private final long address;

        private Timeouts() {
            timespecs = ByteBuffer.allocateDirect((SHORT_STEPS + LONG_STEPS) * TIMESPEC_BYTES)
                    .order(ByteOrder.nativeOrder());
            for (int i = 0; i < SHORT_STEPS; i++) {
                timespecs.putLong(0).putLong((long) (i + 1) * SHORT_STEP_NANOS);
            }
            for (int i = 0; i < LONG_STEPS; i++) {
                timespecs.putLong(0).putLong((long) (i + 1) * LONG_STEP_NANOS);
            }
            address = Kernel.addressOf(timespecs);
        }

        static Timeouts get() {
            Timeouts timeouts = made;
            if (timeouts == null) {
                synchronized (Timeouts.class) {
                    timeouts = made;
                    if (timeouts == null) {
                        timeouts = new Timeouts();
                        made = timeouts; // and never another, for the kernel may still read this one
                    }
                }
            }
            return timeouts;
        }

        /** The longest that is not longer, but the shortest at least. */
        long address(long nanos) {
            long index = nanos < LONG_STEP_NANOS
                    ? Math.max(0, nanos / SHORT_STEP_NANOS - 1)
                    : SHORT_STEPS + Math.min(LONG_STEPS, nanos / LONG_STEP_NANOS) - 1;
            return address + index * TIMESPEC_BYTES;
        }
    }
}
