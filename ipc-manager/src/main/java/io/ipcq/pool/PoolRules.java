// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.observe.ProcessSight;
import io.ipcq.observe.Quantity;
import io.ipcq.observe.Stall;
import io.ipcq.observe.Stall.Kind;
import io.ipcq.pool.PoolView.Crash;
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

    /** So many crashes in a minute are no accident. New workers crash as the old ones did. */
    private static final int MANY_CRASHES = 5;

    private static final Duration WHILE_CRASHES_COUNT = Duration.ofMinutes(1);

    /** What containers and shells add to the number of a signal. */
    private static final int SIGNAL_BASE = 128;

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
        crashes(pool, stalls);
        for (Worker worker : pool.workers()) {
            of(pool, worker, stalls);
        }
        return List.copyOf(stalls);
    }

    private static void crashes(PoolView pool, List<Stall> stalls) {
        Instant now = Instant.now();
        List<Crash> recent = pool.crashes().stream()
                .filter(crash -> Duration.between(crash.at(), now).abs().compareTo(WHILE_CRASHES_COUNT) <= 0)
                .toList();
        if (recent.size() < MANY_CRASHES) {
            return;
        }
        Crash last = recent.get(recent.size() - 1);
        long millis = Duration.between(recent.get(0).at(), last.at()).toMillis();
        stalls.add(new Stall(
                Kind.WORKERS_CRASHING,
                recent.size() + " workers of pool " + pool.name() + " crashed in "
                        + Quantity.millis(Math.max(0, millis)) + ", the last one " + age(last.at()) + " ago with "
                        + exit(last.exitCode())
                        + ". Others take their places, and may crash, too. The exceptions of the tasks, and the log,"
                        + " say what the workers printed last"));
    }

    private static String exit(int code) {
        String words = code < 0 ? "exit code " + (SIGNAL_BASE - code) + ", signal " + -code : "exit code " + code;
        return switch (code) {
            case 3 -> words + " (a full heap and -XX:+ExitOnOutOfMemoryError?)";
            case -6, -11 -> words + " (the JVM failed: see its hs_err_pid file)";
            case -9 -> words + " (a memory limit?)";
            default -> words;
        };
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
                    name(worker) + " runs " + worker.function() + " for " + age(worker.since())
                            + (worker.usual().isZero()
                                    ? ", and none of these tasks has ended before"
                                    : ", usual are "
                                            + Quantity.nanos(worker.usual().toNanos()))
                            + ". `ipcq pool dump " + pool.pid()
                            + "` says where it is; if it is killed, only that task is lost"));
        }
    }

    /** Where nothing is known, a task that needs the patience is taken for usual. */
    private boolean isLong(Worker worker) {
        Duration taken = Duration.between(worker.since(), Instant.now());
        Duration usual = worker.usual().isZero() ? patience : worker.usual();
        return taken.compareTo(patience) >= 0 && taken.compareTo(usual.multipliedBy(TIMES_USUAL)) >= 0;
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
