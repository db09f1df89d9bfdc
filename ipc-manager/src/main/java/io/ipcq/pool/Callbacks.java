// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.Log;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs what belongs to the program, and may so block, call the pool, or fail in any way, in threads that nobody of the pool waits for:
 * results are decoded and futures completed here, listeners and loggers called.
 */
final class Callbacks {
    /*
     * Idea. One thread has the turn: it takes what waits and runs it. Before it runs what may block, such as a future that
     * somebody depends on, it gives the turn up, and another thread takes it if more waits. So short ones are run one after the other,
     * without waking anybody, and long ones delay nobody. What blocks though it was not to be expected loses the turn when
     * the next one comes, or at the next look of a slot. There are as many threads as there are callbacks that block.
     *
     * Failures. Whatever a callback throws, it is told itself. Where no thread can be had, what waits goes on waiting until the next
     * callback or look tries again.
     */

    /** What is run. */
    interface Callback {

        void run() throws Exception;

        /** What was thrown instead; whoever waits is to be told. */
        void failed(Throwable failure);

        /** Whether it is to be expected that this takes long. */
        default boolean mayBlock() {
            return true;
        }
    }

    private static final long KEPT_MILLIS = 1_000;
    private static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final String name;

    // ---- guarded by this --------------------------------------------------------------------------------------------

    private final Deque<Callback> waiting = new ArrayDeque<>();
    private @Nullable CallbackThread turn;

    /** A thread was woken or started to take the turn. */
    private boolean isComing;

    private int idle;
    private int running;
    private boolean closed;

    Callbacks(String name) {
        this.name = name;
    }

    synchronized void add(Callback callback) {
        waiting.add(callback);
        look();
    }

    /** Sees to it that what waits is not kept waiting; to be called now and then. */
    synchronized void look() {
        CallbackThread busy = turn;
        if (busy != null && busy.isStuck()) {
            turn = null;
        }
        if (turn == null && !waiting.isEmpty()) {
            callThread();
        }
    }

    private void callThread() {
        if (isComing) {
            return;
        }
        isComing = true;
        if (idle > 0) {
            notifyAll(); // also who waits for quiet is in this monitor
            return;
        }
        try {
            new CallbackThread().start();
        } catch (Throwable noThread) {
            isComing = false;
            Log.of(ProcessPool.class)
                    .warn("no thread can be had for the callbacks of a pool, which wait: pool=" + name, noThread);
        }
    }

    /** The next callback for this thread; null if it is not needed any more. */
    private synchronized @Nullable Callback take(CallbackThread me) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(KEPT_MILLIS);
        while (true) {
            if (turn == null && !waiting.isEmpty()) {
                turn = me;
                isComing = false;
            }
            if (turn == me) {
                Callback next = waiting.peek();
                if (next != null) {
                    return begin(me, next, next.mayBlock());
                }
                turn = null;
            }
            if (waiting.isEmpty()) {
                isComing = false;
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (closed || millis <= 0) {
                return null;
            }
            idle++;
            try {
                wait(millis);
            } finally {
                idle--;
            }
        }
    }

    /** Nothing is thrown once the callback does not wait any more. */
    private Callback begin(CallbackThread me, Callback next, boolean mayBlock) {
        long now = System.nanoTime();
        waiting.remove();
        me.since = now;
        running++;
        if (mayBlock) {
            turn = null;
            try {
                look();
            } catch (Throwable failed) {
                // the next look will find what waits
            }
        }
        return next;
    }

    /** The thread has run what it began, or ends; another one comes if it is needed, as this may have been the one that was to. */
    private synchronized void abandon(CallbackThread me, boolean ends) {
        if (me.since != Long.MAX_VALUE) {
            me.since = Long.MAX_VALUE;
            running--;
        }
        if (ends) {
            isComing = false;
            if (turn == me) {
                turn = null;
            }
        }
        if (running == 0 && waiting.isEmpty()) {
            notifyAll();
        }
        if (ends) {
            look();
        }
    }

    /**
     * Waits until nothing runs or waits; false at the deadline. A callback does not wait for itself, so in one this returns
     * at once.
     */
    synchronized boolean awaitQuiet(long deadlineNanos) throws InterruptedException {
        if (Thread.currentThread() instanceof CallbackThread) {
            return true;
        }
        while (running > 0 || !waiting.isEmpty()) {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            look();
            TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, TimeUnit.MILLISECONDS.toNanos(KEPT_MILLIS)));
        }
        return true;
    }

    /** Keeps no idle thread from now on. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Runs callbacks one after the other, in their order, and drops them when more than {@code limit} wait. */
    final class Lane implements Callback {

        private final int limit;
        private final String what;
        private final ArrayDeque<Runnable> queue = new ArrayDeque<>(); // guarded by itself, as is everything below
        private boolean isScheduled;
        private long dropped;

        Lane(int limit, String what) {
            this.limit = limit;
            this.what = what;
        }

        void add(Runnable next) {
            synchronized (queue) {
                if (queue.size() >= limit) {
                    dropped++;
                    return;
                }
                queue.add(next);
                if (isScheduled) {
                    return;
                }
                isScheduled = true;
            }
            boolean added = false;
            try {
                Callbacks.this.add(this);
                added = true;
            } finally {
                if (!added) {
                    abandon();
                }
            }
        }

        @Override
        public void failed(Throwable failure) {
            Log.of(ProcessPool.class).warn(what + " failed: pool=" + name, failure);
        }

        /** The next one who adds something schedules it again. */
        private void abandon() {
            synchronized (queue) {
                isScheduled = false;
            }
        }

        @Override
        public void run() {
            boolean done = false;
            try {
                for (Runnable next = poll(); next != null; next = poll()) {
                    try {
                        next.run();
                    } catch (Throwable itsOwnFault) {
                        Log.of(ProcessPool.class).warn(what + " failed: pool=" + name, itsOwnFault);
                    }
                }
                done = true;
            } finally {
                if (!done) {
                    abandon();
                }
            }
        }

        private @Nullable Runnable poll() {
            long lost;
            synchronized (queue) {
                Runnable next = queue.poll();
                if (next != null) {
                    return next;
                }
                isScheduled = false;
                lost = dropped;
                dropped = 0;
            }
            if (lost > 0) {
                Log.of(ProcessPool.class)
                        .warn(what + " is too slow, some were dropped: pool=" + name + ", dropped=" + lost);
            }
            return null;
        }
    }

    private final class CallbackThread extends Thread {

        /** When what it runs has begun; {@link Long#MAX_VALUE} between two. Guarded by the monitor of the callbacks. */
        private long since = Long.MAX_VALUE;

        CallbackThread() {
            super("ipcq-" + name + "-callback");
            setDaemon(true);
        }

        boolean isStuck() {
            return since != Long.MAX_VALUE && System.nanoTime() - since > STUCK_NANOS;
        }

        @Override
        @SuppressWarnings("ResultOfMethodCallIgnored") // an interrupt of a callback's own is not the next one's
        public void run() {
            try {
                for (Callback next = take(this); next != null; next = take(this)) {
                    try {
                        next.run();
                    } catch (Throwable failure) {
                        next.failed(failure);
                    } finally {
                        Thread.interrupted();
                        abandon(this, false);
                    }
                }
            } catch (InterruptedException goneAstray) {
                // nobody has a reason to; another thread comes when it is needed
            } finally {
                abandon(this, true);
            }
        }
    }
}
