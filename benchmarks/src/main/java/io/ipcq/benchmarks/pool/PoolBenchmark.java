// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.pool;

import io.ipcq.benchmarks.Rounds;
import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The rows of {@code ./ipcq bench pool}. */
public final class PoolBenchmark {

    private static final double LONGEST_CRASH_MILLIS = 1_000;

    private PoolBenchmark() {}

    /** Measures one row after another, and hands each over when it is there. */
    public static void run(int rounds, Consumer<Row> rows) throws Exception {
        for (PythonPool peer : PythonPool.values()) {
            rows.accept(Rounds.compare(
                    "pool.apply", peer.toString(), "us", Better.LOWER, rounds, OurPool::apply, peer::apply));
        }
        rows.accept(
                Rounds.compare("pool.apply", "threads", "us", Better.LOWER, rounds, OurPool::apply, ThreadPool::apply));
        for (PythonPool peer : PythonPool.values()) {
            rows.accept(Rounds.compare(
                    "pool.tasks", peer.toString(), "tasks/s", Better.HIGHER, rounds, OurPool::tasks, peer::tasks));
        }
        rows.accept(Rounds.compare(
                "pool.tasks", "threads", "tasks/s", Better.HIGHER, rounds, OurPool::tasks, ThreadPool::tasks));
        List<Double> longest = new ArrayList<>();
        rows.accept(Rounds.compare(
                "pool.crash",
                PythonPool.EXECUTOR.toString(),
                "ms",
                Better.LOWER,
                rounds,
                () -> {
                    double[] millis = Kills.millis();
                    longest.add(millis[millis.length - 1]);
                    return Rounds.median(millis);
                },
                PythonPool.EXECUTOR::crash));
        rows.accept(Rounds.below(
                "pool.crash.longest", "ms", LONGEST_CRASH_MILLIS, rounds, longest.iterator()::next)); // of the same
    }
}
