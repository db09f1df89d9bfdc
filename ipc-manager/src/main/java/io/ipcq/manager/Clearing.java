// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Where what clients held that are gone is given back: in threads of its own, for others wait for it meanwhile. Thread-safe. */
final class Clearing {
    /*
     * Idea. What a client held may be much: calls that wait, threads to be interrupted, queues to be closed. Each thread that
     * wakes for it takes the processor from the one that has woken it. The thread that serves all clients must not be that one.
     * Here each client has a thread, so what takes long, as to close an object of the program's own may, keeps no other
     * client's locks. There is a limit; what is beyond comes in the order in which the clients went. Where no thread can be made, the
     * one that found the client gone does the work.
     */

    /** As many as requests may be slow at a time, for the same reason. */
    static final int MAX_THREADS = RequestLoop.MAX_SLOW;

    private final Executor threads;
    private final Queue<Session> gone = new ArrayDeque<>();
    private int running;

    Clearing(Executor threads) {
        this.threads = threads;
    }

    /** Gives back what a client held that {@link Session#leave has left}. */
    void add(Session client) {
        synchronized (this) {
            if (running >= MAX_THREADS) {
                gone.add(client);
                return;
            }
            running++;
        }
        try {
            threads.execute(() -> run(client));
        } catch (RuntimeException | Error noThread) { // or the server ends
            run(client);
        }
    }

    private void run(Session first) {
        for (Session next = first; next != null; next = next()) {
            try {
                next.clear();
            } catch (Throwable e) {
                Failures.log("something that a client held could not be given back", e);
            }
        }
    }

    private synchronized @Nullable Session next() {
        Session next = gone.poll();
        if (next == null) {
            running--;
        }
        return next;
    }

    /** How many clients that are gone still hold something. */
    synchronized int size() {
        return running + gone.size();
    }
}
