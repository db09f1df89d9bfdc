// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks a manager in a thread of its own, so one that hangs keeps nobody who looks at other things as well. One question
 * is on its way at a time: while no answer comes, none is added.
 *
 * <p>For one thread; what it shares with the one that asks is guarded by this.
 */
final class ManagerAsker implements AutoCloseable {

    /** An answer takes less than a millisecond; on a busy machine, more. */
    private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ManagerDoor door;
    private @Nullable ManagerSight stopped; // of who looks

    private @Nullable Thread thread;
    private @Nullable ManagerSight last;
    private boolean isAsking;
    private boolean isLate; // the last question, too, had no answer in time
    private long askedNanos;
    private long silentNanos; // when the first question was asked that had none
    private boolean forgotten;
    private boolean closed;

    ManagerAsker(ManagerDoor door) {
        this.door = door;
    }

    /** Asks, unless an answer is still to come, or the process is seen to be stopped. */
    void ask() {
        stopped = door.stopped();
        if (stopped == null) {
            begin();
        }
    }

    private synchronized void begin() {
        if (forgotten) {
            last = null;
            isLate = false;
            forgotten = false;
        }
        if (isAsking || closed) {
            return;
        }
        if (thread == null) {
            Thread asks = new Thread(this::run, "ipcq-manager-asker");
            asks.setDaemon(true);
            asks.start();
            thread = asks;
        }
        isAsking = true;
        askedNanos = System.nanoTime();
        silentNanos = isLate ? silentNanos : askedNanos;
        notifyAll();
    }

    /** The last answer, or that it is overdue. The first answer is waited for until it is. */
    ManagerSight sight() throws InterruptedException {
        ManagerSight seen = stopped;
        return seen == null ? answer() : seen;
    }

    private synchronized ManagerSight answer() throws InterruptedException {
        while (last == null && isAsking && !isLate && !isOverdue()) {
            TimeUnit.NANOSECONDS.timedWait(this, askedNanos + LATE_NANOS - System.nanoTime());
        }
        ManagerSight answer = last;
        return answer == null || isLate || (isAsking && isOverdue())
                ? ManagerSight.overdue(door.address(), answer, System.nanoTime() - silentNanos)
                : answer;
    }

    private boolean isOverdue() {
        return System.nanoTime() - askedNanos >= LATE_NANOS;
    }

    /** What was seen is not compared with what comes: nobody has looked in between. */
    synchronized void forget() {
        forgotten = true; // not yet: an answer may be on its way
    }

    // ---- the thread that asks ---------------------------------------------------------------------------------------

    private void run() {
        try {
            while (awaitQuestion()) {
                end(door.ask());
            }
        } catch (InterruptedException e) {
            // nobody looks any more
        } finally {
            door.close();
        }
    }

    /** False at the end. */
    private synchronized boolean awaitQuestion() throws InterruptedException {
        while (!isAsking && !closed) {
            wait();
        }
        return !closed;
    }

    private synchronized void end(ManagerSight answer) {
        isAsking = false;
        isLate = answer.message() != null && isOverdue();
        last = isLate ? last : answer;
        notifyAll();
    }

    /** Does not wait for an answer. */
    @Override
    public void close() {
        Thread asks;
        synchronized (this) {
            closed = true;
            asks = thread;
        }
        if (asks != null) {
            asks.interrupt();
        }
        door.close();
    }
}
