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
 * Where what clients held that are gone is given back: in threads of its own, for others wait for it meanwhile.
 * Thread-safe.
 *
 * @param <C> what stands for a client
 */
final class Clearing<C> {
    /*
     * Idea. What a client held may be much: calls that wait, threads to be interrupted, queues to be closed. Each
     * thread that wakes for it takes the processor from the one that has woken it. The thread that serves all clients
     * must not be that one; nor may so many do this that it has no processor left. So there are as many threads as
     * processors, and clients come in the order in which they went.
     *
     * One that takes long is taken to wait, as closing an object of the program's own may, and keeps no other client's
     * locks: another thread comes in its place. There is a limit to that, too. Where no thread can be made, the one
     * that found the client gone does the work.
     */

    /** As many as requests may be slow at a time, for the same reason. */
    static final int MAX_THREADS = RequestLoop.MAX_SLOW;

    static final int MAX_WORKING =
            Math.min(MAX_THREADS, Math.max(2, Runtime.getRuntime().availableProcessors()));

    /** What takes longer is taken to wait. */
    static final Duration PATIENCE = Duration.ofMillis(100);

    private final Executor threads;
    private final ScheduledExecutorService clock;
    private final long patienceNanos;
    private final Consumer<C> way;
    private final Runnable cleared;

    private final Queue<C> gone = new ArrayDeque<>();
    private final Set<Turn> turns = new HashSet<>();
    private boolean looksLater;

    /** A thread, and since when it is at a client. */
    private final class Turn implements Runnable {
        private long since = System.nanoTime();

        boolean isWorking(long now) {
            return now - since < patienceNanos;
        }

        /** An error between two clients costs nobody the thread. */
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
     * @param way how what a client held is given back
     * @param cleared is run after that, when the client is counted no more
     */
    Clearing(Executor threads, ScheduledExecutorService clock, Duration patience, Consumer<C> way, Runnable cleared) {
        this.threads = threads;
        this.clock = clock;
        this.patienceNanos = patience.toNanos();
        this.way = way;
        this.cleared = cleared;
    }

    /** Gives back what a client held that has left. */
    void add(C client) {
        synchronized (this) {
            gone.add(client);
        }
        look();
    }

    /** Sees to it that somebody is there for those who wait. */
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

    /** False if no thread is needed, or none may come yet; then it is looked again. */
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

    /** Who is told asks for the size, so it is told without the lock, and when the last one is not in it any more. */
    private @Nullable C nextAfterOne(Turn turn) {
        C next = next(turn);
        tell();
        return next;
    }

    private void tell() {
        try {
            cleared.run();
        } catch (Throwable e) { // costs the next one nothing
            Failures.log("who waits for clients to be cleared could not be told", e);
        }
    }

    /** How many clients that are gone still hold something. */
    synchronized int size() {
        return turns.size() + gone.size();
    }
}
