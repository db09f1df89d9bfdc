// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.pool;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The same load for each pool: one call after another, or many at once. */
final class PoolLoad {

    static final int WORKERS = 2;

    /** Before anything is measured, so that both sides are compiled. */
    private static final int WARM_UP_CALLS = 20_000;

    private static final int CALLS = 10_000;
    private static final int BURST = 100_000;
    private static final int WARM_UP_BURSTS = 5;

    private PoolLoad() {}

    static int increment(int number) {
        return number + 1;
    }

    /** The median time of a call, in microseconds. */
    static double medianMicros(Callable<Integer> call) throws Exception {
        for (int i = 0; i < WARM_UP_CALLS; i++) {
            call.call();
        }
        long[] nanos = new long[CALLS];
        for (int i = 0; i < CALLS; i++) {
            long begin = System.nanoTime();
            call.call();
            nanos[i] = System.nanoTime() - begin;
        }
        Arrays.sort(nanos);
        return nanos[CALLS / 2] / 1e3;
    }

    /** Tasks a second: all submitted, then all waited for. */
    static double rate(IntFunction<Future<Integer>> submit) throws Exception {
        for (int i = 0; i < WARM_UP_BURSTS; i++) {
            burst(submit);
        }
        return burst(submit);
    }

    private static double burst(IntFunction<Future<Integer>> submit) throws Exception {
        long begin = System.nanoTime();
        List<Future<Integer>> all = IntStream.range(0, BURST).mapToObj(submit).toList();
        for (int i = 0; i < BURST; i++) {
            if (all.get(i).get() != i + 1) {
                throw new IllegalStateException("wrong result: task=" + i);
            }
        }
        return BURST * 1e9 / (System.nanoTime() - begin);
    }
}
