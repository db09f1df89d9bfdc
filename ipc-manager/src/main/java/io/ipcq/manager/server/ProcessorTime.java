// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/** What a thread's work costs others. Belongs to the thread. */
final class ProcessorTime {
    /*
     * Idea. Something that took 100 ms may have computed for so long. Or its thread had no processor, as on a busy
     * machine, or stood still while the garbage collector ran, or waited for a disk: then it kept nobody from anything.
     * So the time counts for which the thread had a processor, and only a small part of the rest.
     *
     * To ask for that time is a system call. So it is asked after what took long, and now and then, for it is known
     * from the last time on only. Loading what can be asked takes a JVM some 50 ms, so this is left until something
     * was slow; until then all time counts.
     */

    /** What takes less is not worth a question: it counts as it is. */
    private static final long SHORT_NANOS = 100_000;

    /** How old the last answer may become. */
    private static final long OLD_NANOS = 1_000_000;

    /** This part counts of the time for which the thread waited. */
    static final int PART_OF_WAITING = 16;

    private static volatile @Nullable ThreadMXBean loaded;
    private static volatile boolean looked;

    private boolean known;
    private long askedAt;
    private long answer;

    /** Whether {@link #load} was not called yet. */
    static boolean isToBeLoaded() {
        return !looked;
    }

    /** To be called when something was slow, by a thread that nobody waits for. */
    static void load() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        if (threads.isCurrentThreadCpuTimeSupported()) {
            loaded = threads;
        }
        looked = true;
    }

    /** To be called by the thread before it does anything; else all the time counts of the first thing. */
    void begin() {
        ThreadMXBean threads = loaded;
        if (threads != null) {
            ask(threads, System.nanoTime());
        }
    }

    private void ask(ThreadMXBean threads, long now) {
        answer = threads.getCurrentThreadCpuTime();
        askedAt = now;
        known = true;
    }

    /** How much something has cost that this thread has just done. */
    long costNanos(long beganNanoTime, long endNanoTime) {
        long took = endNanoTime - beganNanoTime;
        boolean isLong = took >= SHORT_NANOS;
        ThreadMXBean threads = loaded;
        if (threads == null || (known && !isLong && endNanoTime - askedAt < OLD_NANOS)) {
            return took;
        }
        boolean wasKnown = known;
        long before = answer;
        ask(threads, endNanoTime);
        if (!wasKnown || !isLong || before < 0 || answer < 0) { // it is -1 while the JVM is told not to measure it
            return took;
        }
        long worked = Math.min(took, answer - before);
        return worked + (took - worked) / PART_OF_WAITING;
    }
}
