// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.observe.ProcessSight;
import io.ipcq.observe.Quantity;
import io.ipcq.observe.Stall;
import io.ipcq.observe.Stall.Kind;
import io.ipcq.pool.PoolView.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules that tell that a pool is stalled, each with its evidence and its sentence. The rules for queues are in
 * {@link io.ipcq.observe.StallRules}.
 *
 * <p>Thread-safe: immutable.
 */
public final class PoolRules {

    /** A task that has run for less time is not called stuck, however quick other tasks are. */
    public static final Duration PATIENCE = Duration.ofMinutes(1);

    /** A task that takes this many times as long as usual is suspicious. */
    private static final int TIMES_USUAL = 10;

    private final Duration patience;

    /** @param patience how long a task may take before it is suspicious */
    public PoolRules(Duration patience) {
        this.patience = patience;
    }

    /** The reasons why a pool is stalled; empty if it is not. */
    public List<Stall> of(PoolView pool) {
        List<Stall> stalls = new ArrayList<>();
        ProcessSight program = ProcessSight.of(pool.pid());
        if (program != null && program.isStopped()) {
            stalls.add(new Stall(
                    Kind.PROGRAM_STOPPED,
                    "pid " + pool.pid() + ", whose pool this is, is stopped since " + age(pool.seen())
                            + ", so no task is handed out. " + mend(pool.pid())));
        }
        for (Worker worker : pool.workers()) {
            of(pool, worker, stalls);
        }
        return List.copyOf(stalls);
    }

    private void of(PoolView pool, Worker worker, List<Stall> stalls) {
        ProcessSight process = worker.pid() == pool.pid() ? null : ProcessSight.of(worker.pid());
        boolean isStopped = process != null && process.isStopped();
        if (isStopped) {
            stalls.add(new Stall(
                    Kind.WORKER_STOPPED,
                    name(worker)
                            + (worker.task() == 0
                                    ? ", which has no task, "
                                    : ", at " + worker.function() + " for " + age(worker.since()) + ", ")
                            + "is stopped. " + mend(worker.pid()) + "; if it is killed, another one takes its place"));
        } else if (worker.task() != 0 && isLong(worker)) {
            stalls.add(new Stall(
                    Kind.WORKER_STUCK,
                    name(worker) + " runs " + worker.function() + " for " + age(worker.since()) + ", usual are "
                            + Quantity.nanos(worker.usual().toNanos()) + ". `ipcq pool dump " + pool.pid()
                            + "` says where it is; if it is killed, only that task is lost"));
        }
    }

    private boolean isLong(Worker worker) {
        Duration taken = Duration.between(worker.since(), Instant.now());
        return taken.compareTo(patience) >= 0 && taken.compareTo(worker.usual().multipliedBy(TIMES_USUAL)) >= 0;
    }

    private static String name(Worker worker) {
        return "worker " + worker.name() + " (pid " + worker.pid() + ")";
    }

    private static String mend(long pid) {
        return "`kill -CONT " + pid + "` lets it go on";
    }

    private static String age(Instant since) {
        return Quantity.millis(
                Math.max(0, Duration.between(since, Instant.now()).toMillis()));
    }
}
