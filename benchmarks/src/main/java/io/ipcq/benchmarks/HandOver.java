// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * How long a word takes from one core to another: the least of what anything between two processes can cost. Each of
 * the two threads is bound to a core of its own; else they may share one. On a virtual machine it may change from one
 * second to the next, by a factor of four and more, with where its cores happen to run.
 */
final class HandOver {

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int BYTES = 4096;
    private static final int WORD = BYTES / 2;
    private static final long STOP = -1;
    private static final int TURNS = 100;
    private static final int MOST_RUNS = 10_000;
    private static final long LONG_ENOUGH_NANOS = 100_000_000;

    private final ByteBuffer words = ByteBuffer.allocateDirect(BYTES);

    private double nanos;

    private HandOver() {}

    /** The median, one way, in nanoseconds. */
    static double nanos() throws InterruptedException {
        HandOver handOver = new HandOver();
        List<Thread> both =
                List.of(new Thread(handOver::answer, "hand-over-answer"), new Thread(handOver::ask, "hand-over-ask"));
        for (Thread each : both) {
            each.setDaemon(true);
            each.start();
        }
        for (Thread each : both) {
            each.join();
        }
        return handOver.nanos;
    }

    private void answer() {
        boolean unused = Pinning.bindTo(0);
        long seen = 0;
        while (seen != STOP) {
            long next = (long) LONG.getAcquire(words, WORD);
            if (next != seen && next != STOP) {
                LONG.setRelease(words, WORD, ++next);
            }
            seen = next;
        }
    }

    private void ask() {
        boolean unused = Pinning.bindTo(1);
        double[] runNanos = new double[MOST_RUNS];
        long begin = System.nanoTime();
        long last = 0;
        int runs = 0;
        do {
            long start = System.nanoTime();
            for (int turn = 0; turn < TURNS; turn++) {
                LONG.setRelease(words, WORD, last + 1);
                last += 2;
                while ((long) LONG.getAcquire(words, WORD) != last) {
                    Thread.onSpinWait();
                }
            }
            runNanos[runs++] = (System.nanoTime() - start) / (2.0 * TURNS);
        } while (runs < MOST_RUNS && System.nanoTime() - begin < LONG_ENOUGH_NANOS);
        LONG.setRelease(words, WORD, STOP);
        nanos = Rounds.median(Arrays.copyOf(runNanos, runs));
    }
}
