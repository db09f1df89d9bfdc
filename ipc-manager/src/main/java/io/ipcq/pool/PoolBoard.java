// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.Log;
import io.ipcq.memory.LastingThread;
import io.ipcq.process.Announcement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes the state of the pools of this JVM for readers. One thread writes it for all pools, so that it costs the tasks
 * nothing. This thread also watches the threads of the pools.
 */
final class PoolBoard {

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** The least number of rows for workers in a file, so that a small pool can grow. */
    private static final int LEAST_ROWS = 64;

    // guarded by the class
    private static final List<PoolBoard> BOARDS = new ArrayList<>();
    private static @Nullable Thread writer;

    private final Dispatcher pool;

    // for the writing thread alone
    private @Nullable Announcement announcement;
    private @Nullable PoolView last;
    /** Whether a failure was reported. The writing is tried again each time. */
    private boolean failed;

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
        Announcement made = announcement;
        if (made == null) {
            int rows = Math.min(
                    PoolFile.MOST_ROWS, Math.max(LEAST_ROWS, 2 * view.stats().workers()));
            announcement =
                    Announcement.make(PoolLayout.FORMAT, PoolLayout.bytes(rows), file -> PoolFile.write(file, view));
        } else {
            PoolFile.write(made.region(), view);
        }
        last = view;
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
                view.pid(), view.name(), view.started(), view.seen(), view.shutdown(), view.stats(), workers);
    }
}
