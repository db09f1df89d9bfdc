// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.connection.Connection;
import io.ipcq.connection.ConnectionSelector;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Has the requests of all clients carried out, by one thread as long as none of them takes long. */
final class RequestLoop {
    /*
     * Idea. A request takes some microseconds, and to hand it to another thread costs more than that. So the thread
     * that waits for the clients also does what they ask. It is not made for waiting: what waits is parked, and answers
     * that a client does not read are sent by others. But some requests are slow all the same: a disk, a queue whose
     * mutex is held by a process that was stopped, eight megabytes of brackets. So a watcher looks now and then; if the
     * thread is still where it was, another one takes its turn and goes on with the other clients, and the first one
     * ends when it is done. A client is served by one thread at a time (Session.Turn).
     *
     * Who has cost little processor time comes first (Ranks, ProcessorTime). Of the requests of those who were slow
     * lately only as many are carried out at once as the machine has processors. So clients that make the server work
     * do not make those wait that ask for little. Of the threads that there may be, half are left for these.
     *
     * That a client is gone is found out when all that it has sent was read. Clients that send much, go, and come again
     * could do so faster than that, and there would be ever more of them. So while the loop is behind, newcomers are
     * kept waiting (ManagerServer.awaitRequests).
     *
     * Nothing loses the loop. The turn passes when the thread that takes it is there (a compare-and-set of `current`):
     * if none can be started, the slow one goes on when it is done. Whatever is thrown, also an Error, costs the client
     * whose request it was, or nothing.
     *
     * The watcher sleeps while nothing happens, and is woken by the first request after that.
     */

    /** How many requests may take long at a time; with one more, all clients wait for the first of these to end. */
    static final int MAX_SLOW = 64;

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int QUIET_TICKS = 20;
    private static final int SESSIONS_BETWEEN_LOOKS = 64;

    /** Who asks for little waits for so much of others before it is seen, and for the request that is carried out. */
    private static final long NANOS_BETWEEN_LOOKS = TimeUnit.MICROSECONDS.toNanos(500);

    /** What is slow for longer is taken to wait, not to work. */
    private static final long WORKING_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int MAX_WORKING = Math.max(2, Runtime.getRuntime().availableProcessors());

    private final ConnectionSelector<Session> selector;
    private final Executor threads;
    private final Ranks<Session> ready = new Ranks<>();

    private final AtomicReference<@Nullable Turn> current = new AtomicReference<>();

    /** Threads whose turn was taken, as long as they are at the request for which it was. */
    private final Set<Turn> slow = ConcurrentHashMap.newKeySet();

    /** Clients of higher ranks, who were slow, are not served for the moment. */
    private volatile int lastRank = Ranks.LAST;

    private volatile boolean watching = true;
    private volatile boolean closed;
    private final Thread watcher;

    // what the watcher saw the last time; its own
    private @Nullable Turn seen;
    private int seenStep;
    private int quietTicks;

    /** A thread's time at the loop. */
    private static final class Turn {
        /** How often it began and ended to serve a client: odd while it does. Only its own thread changes it. */
        private volatile int steps;

        /** When it was found to be slow, and at which step. */
        private volatile long slowSince;

        private volatile int slowStep;

        /** Of its thread, which alone uses it. */
        private final ProcessorTime processorTime = new ProcessorTime();

        boolean isStillSlow() {
            return steps == slowStep;
        }
    }

    /** To be {@linkplain #start started}. */
    RequestLoop(Executor threads) throws IOException {
        this.threads = threads;
        this.watcher = new Thread(this::watch, "ipcq-manager-watcher");
        watcher.setDaemon(true);
        this.selector = new ConnectionSelector<>(); // at last: it takes descriptors
    }

    void start() {
        watcher.start();
        replace(null);
    }

    ConnectionSelector.Registration register(Connection connection, Session session) throws IOException {
        return selector.register(connection, session, session::hasRoomFor);
    }

    /** Has a session looked after that has something to do, besides when requests come. */
    void wake(Session session) {
        try {
            if (session.schedule()) {
                add(session);
                selector.wakeup();
            }
        } catch (Throwable e) {
            session.end(); // who cannot be remembered is cut off, not forgotten
            throw e;
        }
    }

    /** Of the selector: the client has sent something. */
    private void arrived(Session session) {
        try {
            if (session.scheduleOrPause()) {
                add(session);
            }
        } catch (Throwable e) {
            session.end(); // as above
            throw e;
        }
    }

    private void add(Session session) {
        ready.add(session, session.costNanos(System.nanoTime()));
    }

    /** Whether clients have asked for more than can be done at once. */
    boolean isBehind() {
        return ready.isBehind();
    }

    // ---- the thread whose turn it is --------------------------------------------------------------------------------

    /** Starts a thread that takes over from a slow one, or is the first. */
    private void replace(@Nullable Turn before) {
        Turn turn = new Turn();
        threads.execute(() -> run(before, turn));
    }

    @SuppressWarnings("ReferenceEquality") // one turn is not another
    private boolean isOf(Turn turn) {
        return current.get() == turn && !closed;
    }

    /** Once the turn is taken, nothing that fails ends the thread. */
    private void run(@Nullable Turn before, Turn turn) {
        if (!current.compareAndSet(before, turn)) {
            return;
        }
        boolean mine = true;
        boolean begun = false;
        while (mine) {
            try {
                mine = isOf(turn);
                if (mine) {
                    if (!begun) {
                        begun = true;
                        selector.wakeup(); // who was slow may have come to wait there meanwhile
                        turn.processorTime.begin();
                    }
                    select();
                    serve(turn);
                }
            } catch (Throwable e) {
                if (!closed) {
                    Failures.log("waiting for clients failed; it goes on", e);
                    LockSupport.parkNanos(this, TICK_NANOS);
                }
            }
        }
        Failures.insist("the end of a turn", this::leave, turn);
    }

    private void select() throws IOException {
        if (ready.hasAny(lastRank)) {
            selector.selectNow(this::arrived);
        } else {
            selector.select(this::arrived);
            Thread.interrupted(); // of a call that was carried out; it would end all waiting
        }
    }

    private void leave(Turn turn) {
        slow.remove(turn);
        look();
        if (!closed) {
            selector.wakeup(); // for what this thread has added, or found, meanwhile
        }
    }

    private void serve(Turn turn) {
        long now = System.nanoTime();
        long until = now + NANOS_BETWEEN_LOOKS;
        for (int i = 0; i < SESSIONS_BETWEEN_LOOKS && now - until < 0 && isOf(turn); i++) {
            Session next = ready.poll(lastRank);
            if (next == null) {
                return;
            }
            int before = turn.steps;
            try {
                turn.steps = before + 1;
                if (!watching) {
                    watching = true;
                    LockSupport.unpark(watcher);
                }
                now = serve(turn, next);
            } catch (Throwable e) {
                next.end(); // a client whose turn does not come to its end would have none any more
                throw e;
            } finally {
                turn.steps = before + 2;
            }
        }
    }

    /** Returns the time. */
    private long serve(Turn turn, Session session) {
        long began = System.nanoTime();
        boolean more = session.serve();
        long end = System.nanoTime();
        session.hasCost(turn.processorTime.costNanos(began, end), end);
        if (session.endTurn(more)) {
            add(session);
        }
        return end;
    }

    // ---- the watcher ------------------------------------------------------------------------------------------------

    private void watch() {
        while (!closed) {
            try {
                LockSupport.parkNanos(this, TICK_NANOS);
                tick();
            } catch (Throwable e) {
                Failures.log("no thread takes over from a slow one; it is tried again", e);
            }
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private void tick() {
        Turn turn = current.get();
        int step = turn == null ? 0 : turn.steps;
        if (turn == null) {
            replace(null); // the first thread takes its time, or has failed
        } else if (turn != seen || step != seenStep) {
            seen = turn;
            seenStep = step;
            quietTicks = 0;
        } else if ((step & 1) == 1) {
            takeOver(turn, step);
        } else if (slow.isEmpty() && ++quietTicks == QUIET_TICKS) {
            sleep(turn, step);
            quietTicks = 0;
        }
        look();
    }

    private void takeOver(Turn turn, int step) {
        if (slow.size() >= MAX_SLOW) {
            return;
        }
        turn.slowSince = System.nanoTime();
        turn.slowStep = step;
        slow.add(turn);
        try {
            replace(turn);
        } catch (RuntimeException | Error e) {
            slow.remove(turn);
            throw e;
        }
        if (ProcessorTime.isToBeLoaded()) {
            threads.execute(ProcessorTime::load); // not by the watcher, which others may need meanwhile
        }
    }

    /** Whether there is room for requests of those who were slow. */
    private synchronized void look() {
        long now = System.nanoTime();
        int before = lastRank;
        slow.removeIf(turn -> !turn.isStillSlow());
        long working = slow.stream()
                .filter(turn -> now - turn.slowSince < WORKING_NANOS)
                .count();
        lastRank = working >= MAX_SLOW / 2 ? 0 : working >= MAX_WORKING ? Ranks.LAST - 1 : Ranks.LAST;
        if (before < lastRank && !closed) {
            selector.wakeup();
        }
    }

    /** Until the next request. */
    private void sleep(Turn turn, int step) {
        watching = false;
        if (turn.steps != step) {
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
