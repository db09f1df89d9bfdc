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
 * What the pools of this JVM do, written down for who looks: by one thread for all, so that no task pays for it. That
 * thread looks after those of the pools, too.
 */
final class PoolBoard {

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** How many workers a pool may have in the end that begins with few. */
    private static final int LEAST_ROWS = 64;

    // guarded by the class
    private static final List<PoolBoard> BOARDS = new ArrayList<>();
    private static @Nullable Thread writer;

    private final Dispatcher pool;

    // for the writing thread alone
    private @Nullable Announcement announcement;
    private @Nullable PoolView last;
    /** It was said that this failed; each time is another attempt. */
    private boolean failed;

    /** Whether the pool has ended. Read without a lock. */
    private volatile boolean ended;

    private PoolBoard(Dispatcher pool) {
        this.pool = pool;
    }

    /** Shows a pool from now on. It works as well if nobody can see it, so nothing is thrown. */
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

    /** For who holds the monitor. */
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

    /** Shows it no more. Idempotent. */
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
                // the next time perhaps not
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
            // the next time perhaps not
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

    /** Who is at the same task as before has been at it since then. */
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
