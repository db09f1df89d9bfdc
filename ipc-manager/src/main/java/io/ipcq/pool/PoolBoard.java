// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.Log;
import io.ipcq.memory.LastingThread;
import io.ipcq.observe.Stall;
import io.ipcq.process.Announcement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes the state of the pools of this JVM for readers. One thread writes it for all pools, so that it costs the tasks
 * nothing. This thread also watches the threads of the pools.
 */
final class PoolBoard {

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** How often the rules are asked for the log. They read what the kernel says of each worker. */
    private static final long RULES_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final PoolRules RULES = new PoolRules(PoolRules.PATIENCE);

    /** The least number of rows for workers in a file, so that a small pool can grow. */
    private static final int LEAST_ROWS = 64;

    // guarded by the class
    private static final List<PoolBoard> BOARDS = new ArrayList<>();
    private static @Nullable Thread writer;

    private final Dispatcher pool;

    // for the writing thread alone
    private @Nullable Announcement announcement;
    /** Whether a failure was reported. The writing is tried again each time. */
    private boolean failed;

    private long rulesAskedAt = System.nanoTime();

    /** The kinds of stalls that the log was told of and that last. */
    private Set<Stall.Kind> told = Set.of();

    /** What was shown last. Written by the writing thread, read without a lock. */
    private volatile @Nullable PoolView last;

    /** Whether the pool has ended. Read without a lock. */
    private volatile boolean ended;

    private PoolBoard(Dispatcher pool) {
        this.pool = pool;
    }

    /** Shows a pool from now on. Throws nothing, because a pool also works if nobody can see it. */
    static PoolBoard add(Dispatcher pool) {
        PoolBoard board = new PoolBoard(pool);
        try {
            synchronized (PoolBoard.class) {
                BOARDS.add(board);
                if (writer == null) {
                    startWriter();
                } else {
                    LockSupport.unpark(writer);
                }
            }
        } catch (Throwable unseen) {
            board.remove();
        }
        return board;
    }

    /** Starts the writing thread. For a caller that holds the monitor. */
    private static void startWriter() {
        Thread thread = LastingThread.make(PoolBoard::write, "ipcq-pool-board");
        thread.setDaemon(true);
        boolean begun = false;
        writer = thread;
        try {
            thread.start();
            begun = true;
        } finally {
            if (!begun) {
                writer = null;
            }
        }
    }

    /** Stops showing the pool. Idempotent. */
    void remove() {
        ended = true;
        synchronized (PoolBoard.class) {
            LockSupport.unpark(writer);
        }
    }

    private static void write() {
        while (true) {
            try {
                for (PoolBoard board : boards()) {
                    board.tryWatch();
                    board.tryShow();
                    board.tryTell();
                }
                if (isOver()) {
                    return;
                }
            } catch (Throwable again) {
                // the next attempt may succeed
            }
            LockSupport.parkNanos(PERIOD_NANOS);
        }
    }

    private static synchronized List<PoolBoard> boards() {
        return List.copyOf(BOARDS);
    }

    private static synchronized boolean isOver() {
        BOARDS.removeIf(board -> board.ended && board.announcement == null);
        if (BOARDS.isEmpty()) {
            writer = null;
        }
        return BOARDS.isEmpty();
    }

    private void tryWatch() {
        try {
            if (!ended) {
                pool.watch();
            }
        } catch (Throwable again) {
            // the next attempt may succeed
        }
    }

    private void tryShow() {
        try {
            if (ended) {
                Announcement made = announcement;
                if (made != null) {
                    made.close();
                    announcement = null;
                }
            } else {
                show();
            }
        } catch (Throwable unseen) {
            if (!failed) {
                failed = true;
                pool.log(() -> Log.of(ProcessPool.class)
                        .debug("a pool cannot be seen by `ipcq pool`: pool={}, reason={}", pool.name(), unseen));
            }
        }
    }

    private void show() throws Exception {
        PoolView view = sinceBefore(pool.view());
        last = view; // first, because the program itself can see it even if there is no room for a file
        Announcement made = announcement;
        if (made == null) {
            int rows = Math.min(
                    PoolFile.MOST_ROWS, Math.max(LEAST_ROWS, 2 * view.stats().workers()));
            announcement =
                    Announcement.make(PoolLayout.FORMAT, PoolLayout.bytes(rows), file -> PoolFile.write(file, view));
        } else {
            PoolFile.write(made.region(), view);
        }
    }

    /** Logs why the pool does not go on, once for each kind of reason as long as it lasts. */
    private void tryTell() {
        try {
            long now = System.nanoTime();
            PoolView view = last;
            if (!ended && view != null && now - rulesAskedAt >= RULES_NANOS) {
                rulesAskedAt = now;
                tell(view);
            }
        } catch (Throwable again) {
            // the next attempt may succeed
        }
    }

    private void tell(PoolView view) {
        Set<Stall.Kind> found = EnumSet.noneOf(Stall.Kind.class);
        for (Stall stall : RULES.of(view)) {
            if (found.add(stall.kind()) && !told.contains(stall.kind())) {
                pool.log(() -> Log.of(ProcessPool.class).warn("{}: {}", stall.kind(), stall.sentence()));
            }
        }
        told = found;
    }

    /** What is shown of the pool; null before that, and when the pool has ended. */
    @Nullable
    PoolView shown() {
        return ended ? null : last;
    }

    /**
     * The view, with the time since when each worker is at its task. If a worker is at the same task as before, it
     * keeps that time.
     */
    private PoolView sinceBefore(PoolView view) {
        PoolView before = last;
        List<PoolView.Worker> workers = new ArrayList<>();
        for (PoolView.Worker worker : view.workers()) {
            Instant since = before == null
                    ? worker.since()
                    : before.workers().stream()
                            .filter(worker::isAtTaskOf)
                            .map(PoolView.Worker::since)
                            .findFirst()
                            .orElse(worker.since());
            workers.add(worker.at(since));
        }
        return new PoolView(
                view.pid(),
                view.name(),
                view.started(),
                view.seen(),
                view.shutdown(),
                view.stats(),
                workers,
                view.crashes());
    }
}
