// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.HeapSight;
import io.ipcq.observe.ProcessSight;
import io.ipcq.observe.Quantity;
import io.ipcq.pool.PoolStats;
import io.ipcq.pool.PoolView;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Pools and their workers as scripts see them, and what people see alike of both. */
final class PoolLine {

    /**
     * A pool, for scripts.
     *
     * @param pid of its program
     * @param state of that program; null if it is not to be seen
     * @param pool its name
     * @param seen when the program wrote this down
     * @param stats the counts of {@link PoolStats}
     */
    record PoolObject(
            long pid,
            @Nullable String state,
            String pool,
            Instant started,
            Instant seen,
            boolean shutdown,
            PoolStats stats,
            @Nullable String command) {}

    /**
     * A worker, for scripts; task and function are null if it has none, what is not to be seen is null, too.
     *
     * @param state of its process
     * @param does {@code starting}, {@code idle}, {@code busy} or {@code ending}
     */
    record WorkerObject(
            String pool,
            String worker,
            long pid,
            @Nullable String state,
            String does,
            Instant started,
            long done,
            int crashes,
            @Nullable Long task,
            @Nullable String function,
            @Nullable Long ageNanos,
            long usualNanos,
            @Nullable Long heapBytes) {}

    private PoolLine() {}

    static PoolObject object(PoolView pool, @Nullable ProcessSight program) {
        return new PoolObject(
                pool.pid(),
                program == null ? null : String.valueOf(program.state()),
                pool.name(),
                pool.started(),
                pool.seen(),
                pool.shutdown(),
                pool.stats(),
                program == null ? null : program.command());
    }

    static WorkerObject object(PoolView pool, PoolView.Worker worker) {
        ProcessSight process = ProcessSight.of(worker.pid());
        HeapSight heap = HeapSight.of(worker.pid());
        boolean works = worker.task() != 0;
        return new WorkerObject(
                pool.name(),
                worker.name(),
                worker.pid(),
                process == null ? null : String.valueOf(process.state()),
                worker.state().toString(),
                worker.started(),
                worker.done(),
                worker.crashes(),
                works ? worker.task() : null,
                works ? worker.function() : null,
                works ? since(worker.since()).toNanos() : null,
                worker.usual().toNanos(),
                heap == null ? null : heap.usedBytes());
    }

    static Duration since(Instant instant) {
        Duration passed = Duration.between(instant, Instant.now());
        return passed.isNegative() ? Duration.ZERO : passed;
    }

    static String age(Instant since) {
        return Quantity.millis(since(since).toMillis());
    }

    /** The state of a process, marked if it is stopped. */
    static String state(@Nullable ProcessSight process) {
        return process == null ? "?" : process.isStopped() ? process.state() + " (!)" : "" + process.state();
    }
}
