// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.connection.Connection;
import io.ipcq.connection.ConnectionSelector;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the requests of all clients carried out, by one thread as long as none of them takes long. */
final class RequestLoop {
    /*
     * Idea. A request takes some microseconds, and to hand it to another thread costs more than that. So the thread that waits
     * for the clients also does what they ask. It is not made for waiting: what waits is parked, and answers that
     * a client does not read are sent by others. But some requests are slow all the same: a disk, a queue whose mutex is held by a
     * process that was stopped. So a watcher looks now and then; if the thread is still where it was, another one takes
     * its turn and goes on with the other clients, and the first one ends when it is done. A client is served by
     * one thread at a time (Session.Turn).
     *
     * The watcher sleeps while nothing happens, and is woken by the first request after that.
     */

    private static final Logger LOG = LoggerFactory.getLogger(ManagerServer.class);

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int QUIET_TICKS = 20;
    private static final int SESSIONS_BETWEEN_LOOKS = 64;

    private final ConnectionSelector<Session> selector;
    private final Executor threads;
    private final Queue<Session> ready = new ConcurrentLinkedQueue<>();

    private volatile @Nullable Turn current;
    private volatile boolean watching = true;
    private volatile boolean closed;
    private final Thread watcher;

    /** A thread's time at the loop. The number of steps is odd while it serves a client. */
    private static final class Turn {
        private final AtomicInteger steps = new AtomicInteger();
    }

    RequestLoop(Executor threads) throws IOException {
        this.selector = new ConnectionSelector<>();
        this.threads = threads;
        this.watcher = new Thread(this::watch, "ipcq-manager-watcher");
        watcher.setDaemon(true);
        watcher.start();
        takeTurn();
    }

    ConnectionSelector.Registration register(Connection connection, Session session) throws IOException {
        return selector.register(connection, session);
    }

    /** Has a session looked after that has something to do, besides when requests come. */
    void wake(Session session) {
        if (session.schedule()) {
            ready.add(session);
            selector.wakeup();
        }
    }

    /** Of the selector: the client has sent something. */
    private void arrived(Session session) {
        if (session.scheduleOrPause()) {
            ready.add(session);
        }
    }

    private void takeTurn() {
        Turn turn = new Turn();
        current = turn;
        try {
            threads.execute(() -> run(turn));
        } catch (RejectedExecutionException closing) {
            // nobody has to go on
        }
    }

    @SuppressWarnings("ReferenceEquality") // one turn is not another
    private boolean isOf(Turn turn) {
        return current == turn && !closed;
    }

    private void run(Turn turn) {
        try {
            while (isOf(turn)) {
                if (ready.isEmpty()) {
                    selector.select(this::arrived);
                    Thread.interrupted(); // of a call that was carried out; it would end all waiting
                } else {
                    selector.selectNow(this::arrived);
                }
                serve(turn);
            }
        } catch (IOException | RuntimeException | Error e) {
            if (!closed) {
                LOG.error("waiting for clients failed; it goes on", e);
                takeTurn();
            }
        }
    }

    private void serve(Turn turn) {
        for (int i = 0; i < SESSIONS_BETWEEN_LOOKS && isOf(turn); i++) {
            Session next = ready.poll();
            if (next == null) {
                return;
            }
            turn.steps.incrementAndGet();
            if (!watching) {
                watching = true;
                LockSupport.unpark(watcher);
            }
            boolean more = next.serve();
            turn.steps.incrementAndGet();
            if (next.endTurn(more)) {
                ready.add(next);
                if (!isOf(turn)) {
                    selector.wakeup();
                }
            }
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private void watch() {
        Turn seen = null;
        int step = 0;
        int quiet = 0;
        while (!closed) {
            LockSupport.parkNanos(this, TICK_NANOS);
            Turn turn = current;
            if (turn == null || turn != seen || turn.steps.get() != step) {
                seen = turn;
                step = turn == null ? 0 : turn.steps.get();
                quiet = 0;
            } else if ((step & 1) == 1) {
                takeTurn();
            } else if (++quiet == QUIET_TICKS) {
                sleep(turn, step);
                quiet = 0;
            }
        }
    }

    /** Until the next request. */
    private void sleep(Turn turn, int step) {
        watching = false;
        if (turn.steps.get() != step) {
            watching = true;
        }
        while (!watching && !closed) {
            LockSupport.park(this);
        }
    }

    void close() {
        closed = true;
        selector.close();
        LockSupport.unpark(watcher);
    }
}
