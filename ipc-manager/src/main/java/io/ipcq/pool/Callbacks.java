// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.Log;
import io.ipcq.memory.Deadline;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs code of the program in threads that no thread of the pool waits for. Such code may block, call the pool, or fail
 * in any way. Results are decoded, futures completed, and listeners and loggers called here.
 */
final class Callbacks {
    /*
     * Idea. One thread has the turn. It takes a batch of waiting callbacks and runs them one after the other. Before it
     * runs a callback that may block, such as the completion of a future with dependents, it gives up the turn, and
     * another thread goes on with the batch. So short callbacks run without waking another thread, and long ones delay
     * no others. If a callback blocks unexpectedly, its thread loses the turn when the next callback is added, or when
     * a slot next checks. There are as many threads as there are callbacks that block.
     *
     * Birth. As with the threads of slots (WorkerSlot): each thread was made by the thread that was started before it,
     * or by the thread that made the pool.
     *
     * Failures. A callback is told the exception that it throws. If no thread can be started, callbacks wait until the
     * next callback or the next check tries again.
     */

    /** Code of the program that is run in a callback thread. */
    interface Callback {

        void run() throws Exception;

        /** Called if {@link #run} failed. Whoever waits has to be told. */
        void failed(Throwable failure);

        /** Whether this callback may take long. */
        default boolean mayBlock() {
            return true;
        }
    }

    /** How many callbacks are taken in one step. Each of them may hold a result. */
    private static final int BATCH = 32;

    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final String name;

    private final ReentrantLock lock = new ReentrantLock();

    /**
     * For threads that wait for callbacks. Only one thread is woken, because there may be many: each blocked thread was
     * replaced by another one.
     */
    private final Condition work = lock.newCondition();

    private final Condition quiet = lock.newCondition();

    // ---- guarded by the lock ----------------------------------------------------------------------------------------

    /** A linked list, because an array that cannot grow for lack of memory may lose its elements. */
    @SuppressWarnings("JdkObsolete")
    private final Deque<Callback> waiting = new LinkedList<>();

    private @Nullable CallbackThread turn;

    /** The thread that is started next; null if there was no memory for it. */
    private @Nullable Thread next;

    /** The thread that was started last, until it has made the next one. */
    private @Nullable Thread maker;

    /** The batch with which the next thread that has the turn goes on. */
    private @Nullable Batch unfinished;

    /** Whether a thread was woken or started to take the turn. */
    private boolean isComing;

    private int idle;
    private int running;
    private boolean closed;

    Callbacks(String name) {
        this.name = name;
        this.next = new CallbackThread();
    }

    void add(Callback callback) {
        addAll(List.of(callback));
    }

    /** Adds several callbacks in one step, because a pool with short tasks has many at a time. */
    void addAll(List<? extends Callback> callbacks) {
        warn(takeOn(callbacks));
    }

    /** Adds callbacks. Returns the failure of {@link #findThread}, or null. */
    private @Nullable Throwable takeOn(List<? extends Callback> callbacks) {
        lock.lock();
        try {
            for (Callback callback : callbacks) {
                waiting.add(callback);
            }
            return findThread();
        } finally {
            lock.unlock();
        }
    }

    /** Makes sure that a thread runs the waiting callbacks. To be called now and then. */
    void look() {
        Throwable noThread;
        lock.lock();
        try {
            noThread = findThread();
        } finally {
            lock.unlock();
        }
        warn(noThread);
    }

    /** The same for a caller that holds a lock. No failure is logged. */
    void lookQuietly() {
        lock.lock();
        try {
            Throwable unused = findThread();
        } finally {
            lock.unlock();
        }
    }

    /** Called without the lock, because a logger may call the pool. */
    private void warn(@Nullable Throwable noThread) {
        if (noThread != null) {
            Log.of(Callbacks.class)
                    .warn("no thread can be had for the callbacks of a pool, which wait: pool=" + name, noThread);
        }
    }

    private boolean isNothingWaiting() {
        return unfinished == null && waiting.isEmpty();
    }

    /** Makes sure that a thread has the turn if a callback waits. Returns the failure, or null. */
    private @Nullable Throwable findThread() {
        CallbackThread busy = turn;
        if (busy != null && busy.isStuck()) {
            leaveTurn(busy);
        }
        if (turn != null || isComing || isNothingWaiting()) {
            return null;
        }
        isComing = true;
        if (idle > 0) {
            work.signal();
            return null;
        }
        return maker == null ? beginThread() : null; // otherwise the maker comes
    }

    private @Nullable Throwable beginThread() {
        Thread begun = next;
        try {
            if (begun == null) {
                begun = new CallbackThread();
            }
            next = null;
            maker = begun;
            begun.start();
            return null;
        } catch (Throwable noThread) {
            next = begun != null && begun.getState() == Thread.State.NEW ? begun : null;
            maker = null;
            isComing = false;
            return noThread;
        }
    }

    private void makeNext(CallbackThread me) {
        Thread made = null;
        try {
            made = new CallbackThread();
        } catch (Throwable noMemory) {
            // the thread is made when it is needed
        }
        lock.lock();
        try {
            if (maker == me) {
                maker = null;
                next = made;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes the turn from a thread. Another thread goes on with its batch. */
    private void leaveTurn(CallbackThread me) {
        Batch mine = me.batch;
        if (mine != null && !mine.isBegun() && unfinished != mine) {
            mine.after = unfinished;
            unfinished = mine;
        }
        if (turn == me) {
            turn = null;
        }
    }

    /**
     * The next callbacks for this thread, which has run the previous ones. Null if the thread is not needed any more.
     */
    private @Nullable Batch take(CallbackThread me) throws InterruptedException {
        lock.lock();
        try {
            done(me);
            Batch next = takeNow(me);
            long left = KEPT_NANOS;
            while (next == null && !closed && left > 0) {
                left = rest(left);
                next = takeNow(me);
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // the loop is in take
    private long rest(long nanos) throws InterruptedException {
        idle++;
        try {
            return work.awaitNanos(nanos);
        } finally {
            idle--;
        }
    }

    private @Nullable Batch takeNow(CallbackThread me) {
        if (turn == null && !isNothingWaiting()) {
            turn = me;
            isComing = false;
        }
        if (turn == me) {
            if (!isNothingWaiting()) {
                return begin(me);
            }
            turn = null;
        }
        if (isNothingWaiting()) {
            isComing = false;
        }
        return null;
    }

    /** Takes a batch. Throws nothing once a callback was removed from the queue. */
    private Batch begin(CallbackThread me) {
        long now = System.nanoTime();
        Batch next = unfinished;
        if (next == null) {
            next = new Batch(Math.min(BATCH, waiting.size()));
            unfinished = next;
            next.fill(waiting);
        }
        me.batch = next;
        unfinished = next.after;
        next.after = null;
        me.since = now;
        running++;
        return next;
    }

    /** Called before a callback that may block. */
    private void giveUpTurn(CallbackThread me) {
        lock.lock();
        try {
            if (turn == me) {
                leaveTurn(me);
                Throwable unused = findThread(); // the next check will log it
            }
        } catch (Throwable failed) {
            // the next look will find what waits
        } finally {
            lock.unlock();
        }
    }

    /** Called when the thread has run its batch, if it had one. */
    private void done(CallbackThread me) {
        if (me.batch != null) {
            me.batch = null;
            running--;
        }
        if (running == 0 && isNothingWaiting()) {
            quiet.signalAll();
        }
    }

    /**
     * Called when the thread ends. If another thread is needed, it is woken or started, because the ending one may have
     * been the one to take the turn. Can be repeated if it failed.
     */
    private void end(CallbackThread me) {
        lock.lock();
        try {
            if (me.batch != null) {
                me.batch.beginAgain();
            }
            leaveTurn(me);
            done(me);
            if (maker == me) {
                maker = null;
            }
            isComing = false;
            Throwable unused = findThread(); // the next check will log it
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until no callback runs or waits. False at the deadline. A callback must not call this, because it would
     * wait for itself.
     */
    boolean awaitQuiet(long deadlineNanos) throws InterruptedException {
        lock.lock();
        try {
            while (running > 0 || !isNothingWaiting()) {
                long left = Deadline.remainingNanos(deadlineNanos);
                if (left <= 0) {
                    return false;
                }
                Throwable unusedFailure = findThread(); // the next check will log it
                long unused = quiet.awaitNanos(Math.min(left, KEPT_NANOS));
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Keeps no idle thread from now on. */
    void close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Runs actions one after the other, in their order. Drops further ones while {@code limit} actions wait. */
    final class Lane implements Callback {

        private final int limit;
        private final String what;
        private final ArrayDeque<Runnable> queue = new ArrayDeque<>(); // guarded by itself, as is everything below
        private boolean isScheduled;
        private boolean isRunning;
        private long dropped;

        Lane(int limit, String what) {
            this.limit = limit;
            this.what = what;
        }

        /** Also for a caller that holds a lock. A failure is logged at the next check. */
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
                Throwable unused = takeOn(List.of(this));
                added = true;
            } finally {
                if (!added) {
                    abandon();
                }
            }
        }

        @Override
        public void failed(Throwable failure) {
            Log.of(Callbacks.class).warn(what + " failed: pool=" + name, failure);
        }

        /** Makes the next {@link #add} schedule this lane again. */
        private void abandon() {
            synchronized (queue) {
                isScheduled = false;
                isRunning = false;
            }
        }

        @Override
        public void run() {
            synchronized (queue) {
                if (isRunning) {
                    return; // it was begun again after an error
                }
                isRunning = true;
            }
            boolean done = false;
            try {
                for (Runnable next = poll(); next != null; next = poll()) {
                    try {
                        next.run();
                    } catch (Throwable itsOwnFault) {
                        Log.of(Callbacks.class).warn(what + " failed: pool=" + name, itsOwnFault);
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
                isRunning = false;
                lost = dropped;
                dropped = 0;
            }
            if (lost > 0) {
                Log.of(Callbacks.class)
                        .warn(what + " is too slow, some were dropped: pool=" + name + ", dropped=" + lost);
            }
            return null;
        }
    }

    /**
     * Callbacks that were taken in one step. Only one thread begins each of them: the thread that took them, or one
     * that goes on with them. After an error a callback may be run a second time, which does no harm.
     */
    private static final class Batch {

        private final @Nullable Callback[] callbacks;
        private final AtomicInteger begun = new AtomicInteger();

        /** Another unfinished batch. Guarded by the lock of the callbacks. */
        private @Nullable Batch after;

        Batch(int size) {
            this.callbacks = new @Nullable Callback[size];
        }

        void fill(Deque<Callback> from) {
            for (int i = 0; i < callbacks.length; i++) {
                callbacks[i] = from.peek();
                from.poll();
            }
        }

        boolean isBegun() {
            return begun.get() >= callbacks.length;
        }

        /** The number of the next callback for the calling thread; negative if all have been begun. */
        int next() {
            int next = isBegun() ? -1 : begun.getAndIncrement();
            return next < callbacks.length ? next : -1;
        }

        @Nullable
        Callback get(int number) {
            return callbacks[number];
        }

        /** Forgets a callback that was run, so that its result can be collected. */
        void done(int number) {
            callbacks[number] = null;
        }

        /** Makes the callbacks that were not run begin again, because a thread has ended in the middle. */
        void beginAgain() {
            for (int i = 0; i < callbacks.length; i++) {
                if (callbacks[i] != null) {
                    begun.set(Math.min(i, begun.get()));
                    return;
                }
            }
        }
    }

    private final class CallbackThread extends Thread implements RunsDependents {

        /**
         * The batch that this thread runs, and the time when it took the batch. Guarded by the lock of the callbacks.
         */
        private @Nullable Batch batch;

        private long since;

        CallbackThread() {
            super("ipcq-" + name + "-callback");
            setDaemon(true);
        }

        boolean isStuck() {
            return batch == null ? !isAlive() : System.nanoTime() - since > STUCK_NANOS;
        }

        @Override
        public void run() {
            try {
                makeNext(this);
                for (Batch taken = take(this); taken != null; taken = take(this)) {
                    for (int next = taken.next(); next >= 0; next = taken.next()) {
                        run(taken, next);
                    }
                }
            } catch (InterruptedException goneAstray) {
                // nobody has a reason to interrupt this thread; another one comes when it is needed
            } finally {
                endInAnyCase();
            }
        }

        private void endInAnyCase() {
            boolean ended = false;
            while (!ended) {
                try {
                    end(this);
                    ended = true;
                } catch (Throwable again) {
                    // the next time perhaps not
                }
            }
        }

        @SuppressWarnings("ResultOfMethodCallIgnored")
        private void run(Batch taken, int number) {
            Callback next = taken.get(number);
            if (next == null) {
                return; // it was run before the batch was begun again
            }
            try {
                if (next.mayBlock()) {
                    giveUpTurn(this);
                }
                next.run();
            } catch (Throwable failure) {
                next.failed(failure);
            } finally {
                taken.done(number);
                Thread.interrupted(); // an interrupt meant for one callback must not reach the next one
            }
        }
    }
}
