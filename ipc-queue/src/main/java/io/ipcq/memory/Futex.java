// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sleeping in the kernel on a word of a mapped file until another process changes it and says so.
 *
 * <p>On Linux (x86_64, aarch64) this is the system call {@code futex}, called through {@code java.lang.foreign} from
 * Java 22 on, and through jffi before. Elsewhere, or with {@code -Dipcq.futex=off}, or where no call can be made, a
 * sleeper looks at the word again and again, after pauses that grow with the time waited, from 50 us to 5 ms.
 *
 * <p>A return says nothing: the caller looks again at what it waits for.
 */
final class Futex {

    /** {@code off} stops all native calls. */
    static final String PROPERTY = "ipcq.futex";

    private static final int WAIT = 0;
    private static final int WAKE = 1;
    private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private Futex() {}

    /**
     * Sleeps if the word still is {@code expected}, until it is woken, the time is over, or for no reason.
     *
     * @param waitedNanos how long the caller has waited so far, which sets the pace where there is no futex
     */
    static void await(MappedRegion region, long offset, int expected, long timeoutNanos, long waitedNanos) {
        SystemCall call = Native.CALL;
        if (call == null) {
            poll(region, offset, expected, timeoutNanos, waitedNanos);
            return;
        }
        if (timeoutNanos > 0) {
            invoke(call, region, offset, WAIT, expected, Native.TIMEOUTS.address(timeoutNanos));
        }
    }

    /** Wakes up to {@code count} sleepers of any process; returns how many there were, or 0 where they poll. */
    static long wake(MappedRegion region, long offset, int count) {
        SystemCall call = Native.CALL;
        return call == null ? 0 : invoke(call, region, offset, WAKE, count, 0);
    }

    private static long invoke(
            SystemCall call, MappedRegion region, long offset, int operation, int value, long timeoutAddress) {
        try {
            return call.invoke(region.address() + offset, operation, value, timeoutAddress);
        } finally {
            Reference.reachabilityFence(region); // a word that is unmapped meanwhile would end the JVM
        }
    }

    /** Whether there are sleepers in the kernel, or only those that poll. */
    static boolean isNative() {
        return Native.CALL != null;
    }

    /** Address of a direct buffer, or 0 where no native call is made. */
    static long addressOf(ByteBuffer buffer) {
        SystemCall call = Native.CALL;
        return call == null ? 0 : call.addressOf(buffer);
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

    /** The system call {@code futex} without its last two arguments. */
    interface SystemCall {

        /** Returns a negative number on failure. */
        long invoke(long address, int operation, int value, long timeoutAddress);

        long addressOf(ByteBuffer directBuffer);
    }

    /** Loaded by the first sleep or wake-up; a process that never waits pays nothing. */
    private static final class Native {

        static final @Nullable SystemCall CALL = load();
        static final Timeouts TIMEOUTS = new Timeouts();

        private static @Nullable SystemCall load() {
            if (System.getProperty(PROPERTY, "on").equals("off")) {
                logger().debug("waiting by polling: {}=off", PROPERTY);
                return null;
            }
            try {
                SystemCall call = Runtime.version().feature() >= 22 ? new ForeignCall() : new JffiCall();
                requireWorking(call);
                return call;
            } catch (Exception | LinkageError e) {
                logger().debug("waiting by polling, because the system call futex cannot be made", e);
                return null;
            }
        }

        /** Asked for only where there is something to say: a logging system takes longer to load than all the rest. */
        private static Logger logger() {
            return LoggerFactory.getLogger(Futex.class);
        }

        private static void requireWorking(SystemCall call) {
            ByteBuffer word = ByteBuffer.allocateDirect(Long.BYTES);
            try {
                long woken = call.invoke(call.addressOf(word), WAKE, 1, 0);
                if (woken != 0) {
                    throw new UnsupportedOperationException("futex is refused by the kernel: result=" + woken);
                }
            } finally {
                Reference.reachabilityFence(word);
            }
        }

        /** Number of {@code futex} in the kernel's table. */
        static long number() {
            String machine = System.getProperty("os.arch");
            if (System.getProperty("os.name").equals("Linux")) {
                if (machine.equals("amd64")) {
                    return 202;
                }
                if (machine.equals("aarch64")) {
                    return 98;
                }
            }
            throw new UnsupportedOperationException("no futex here: os.arch=" + machine);
        }
    }

    /** Number of {@code futex} in the kernel's table. */
    static long systemCallNumber() {
        return Native.number();
    }

    /** Every timeout there is, as a native {@code timespec} that is never written again: nothing to allocate per wait. */
    private static final class Timeouts {

        private static final int SHORT_STEP_NANOS = 50_000;
        private static final int SHORT_STEPS = 20; // up to 1 ms
        private static final int LONG_STEP_NANOS = 1_000_000;
        private static final int LONG_STEPS = 100; // up to 100 ms
        private static final int TIMESPEC_BYTES = 2 * Long.BYTES;

        private final long address;
        private final ByteBuffer timespecs = ByteBuffer.allocateDirect((SHORT_STEPS + LONG_STEPS) * TIMESPEC_BYTES)
                .order(ByteOrder.nativeOrder());

        Timeouts() {
            for (int i = 0; i < SHORT_STEPS; i++) {
                timespecs.putLong(0).putLong((long) (i + 1) * SHORT_STEP_NANOS);
            }
            for (int i = 0; i < LONG_STEPS; i++) {
                timespecs.putLong(0).putLong((long) (i + 1) * LONG_STEP_NANOS);
            }
            address = addressOf(timespecs);
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
