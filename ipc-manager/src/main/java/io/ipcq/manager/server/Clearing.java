// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives back what clients held that are gone. It has threads of its own for that, because others wait for it meanwhile.
 * Thread-safe.
 *
 * @param <C> what stands for a client
 */
final class Clearing<C> {
    /*
     * Idea. A client may have held much: calls that wait, threads to interrupt, queues to close. Each thread that wakes
     * up for this takes the processor from the thread that woke it. That must not be the thread that serves all
     * clients. These threads must not be so many that it has no processor left, either. So there are as many as
     * processors, and they take the clients in the order in which they went.
     *
     * A thread that takes long is presumed to wait, as it may when it closes an object of the program's own. It must
     * not delay the locks of other clients, so another thread takes its place. There is a limit to that, too. If no
     * thread can be made, the thread that found the client gone does the work.
     */

    /** As many as the requests that may be slow at a time, for the same reason. */
    static final int MAX_THREADS = RequestLoop.MAX_SLOW;

    static final int MAX_WORKING =
            Math.min(MAX_THREADS, Math.max(2, Runtime.getRuntime().availableProcessors()));

    /** A thread that takes longer is presumed to wait. */
    static final Duration PATIENCE = Duration.ofMillis(100);

    private final Executor threads;
    private final ScheduledExecutorService clock;
    private final long patienceNanos;
    private final Consumer<C> way;
    private final Runnable cleared;

    private final Queue<C> gone = new ArrayDeque<>();
    private final Set<Turn> turns = new HashSet<>();
    private boolean looksLater;

    /** A thread, and the time at which it began with its current client. */
    private final class Turn implements Runnable {
        private long since = System.nanoTime();

        boolean isWorking(long now) {
            return now - since < patienceNanos;
        }

        /** Begins again after an error between two clients, so that it does not cost the thread. */
        @Override
        public void run() {
            try {
                carryOut();
            } catch (Throwable again) {
                carryOut();
            }
        }

        private void carryOut() {
            C first = next(this);
            if (first == null) {
                tell(); // this was counted, too
            }
            for (C next = first; next != null; next = nextAfterOne(this)) {
                try {
                    way.accept(next);
                } catch (Throwable e) {
                    Failures.log("something that a client held could not be given back", e);
                }
            }
        }
    }

    /**
     * @param way gives back what a client held
     * @param cleared runs after that, when the client is no longer counted
     */
    Clearing(Executor threads, ScheduledExecutorService clock, Duration patience, Consumer<C> way, Runnable cleared) {
        this.threads = threads;
        this.clock = clock;
        this.patienceNanos = patience.toNanos();
        this.way = way;
        this.cleared = cleared;
    }

    /** Gives back what a client held that is gone. */
    void add(C client) {
        synchronized (this) {
            gone.add(client);
        }
        look();
    }

    /** Has a thread work for the clients that wait, if one may begin. */
    private void look() {
        Turn turn = new Turn();
        try {
            if (begins(turn)) {
                threads.execute(turn);
            }
        } catch (Throwable noThread) { // or the server ends
            turn.run();
        }
    }

    /** False if no thread is needed, or none may begin yet. Then it looks again later. */
    private synchronized boolean begins(Turn turn) {
        boolean begins = !gone.isEmpty()
                && turns.size() < MAX_THREADS
                && turns.stream().filter(other -> other.isWorking(turn.since)).count() < MAX_WORKING;
        if (begins) {
            turns.add(turn);
        }
        if (gone.size() > (begins ? 1 : 0)) {
            lookLater();
        }
        return begins;
    }

    private void lookLater() {
        if (!looksLater) {
            Future<?> unused = clock.schedule(this::lookAgain, patienceNanos, TimeUnit.NANOSECONDS);
            looksLater = true;
        }
    }

    private void lookAgain() {
        synchronized (this) {
            looksLater = false;
        }
        look();
    }

    private synchronized @Nullable C next(Turn turn) {
        turn.since = System.nanoTime();
        C next = gone.poll();
        if (next == null) {
            turns.remove(turn);
        }
        return next;
    }

    /** The listener asks for the size. So it is told without the lock, and after the last client has left the count. */
    private @Nullable C nextAfterOne(Turn turn) {
        C next = next(turn);
        tell();
        return next;
    }

    private void tell() {
        try {
            cleared.run();
        } catch (Throwable e) { // costs the next one nothing
            Failures.log("a thread that waits for clients to be cleared could not be told", e);
        }
    }

    /** How many clients that are gone still hold something. */
    synchronized int size() {
        return turns.size() + gone.size();
    }
}
