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
 * Runs what belongs to the program, and may so block, call the pool, or fail in any way, in threads that nobody of the
 * pool waits for: results are decoded and futures completed here, listeners and loggers called.
 */
final class Callbacks {
    /*
     * Idea. One thread has the turn: it takes a batch of what waits and runs one after the other. Before it runs what
     * may block, such as a future that somebody depends on, it gives the turn up, and another thread goes on with the
     * batch. So short ones are run without waking anybody, and long ones delay nobody. What blocks though it was not to
     * be expected loses the turn when the next one comes, or at the next look of a slot. There are as many threads as
     * there are callbacks that block.
     *
     * Birth. As with the threads of slots (WorkerSlot): each thread was made by the one that was begun before it, or by
     * whoever made the pool.
     *
     * Failures. Whatever a callback throws, it is told itself. Where no thread can be had, what waits goes on waiting
     * until the next callback or look tries again.
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

    /** How many are taken in one step; each of them may hold a result. */
    private static final int BATCH = 32;

    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final String name;

    private final ReentrantLock lock = new ReentrantLock();

    /**
     * For threads that wait for something to run. One is woken, not all: there may be many, as each that blocked left
     * another behind.
     */
    private final Condition work = lock.newCondition();

    private final Condition quiet = lock.newCondition();

    // ---- guarded by the lock ----------------------------------------------------------------------------------------

    /** Linked: an array that cannot grow for want of memory may lose what is in it. */
    @SuppressWarnings("JdkObsolete")
    private final Deque<Callback> waiting = new LinkedList<>();

    private @Nullable CallbackThread turn;

    /** The thread that is begun next; null if there was no memory for it. */
    private @Nullable Thread next;

    /** The one that was begun last, until it has made the next one. */
    private @Nullable Thread maker;

    /** Where whoever has the turn next goes on. */
    private @Nullable Batch unfinished;

    /** A thread was woken or started to take the turn. */
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

    /** The same for several, which come in one step: a pool with short tasks has many at a time. */
    void addAll(List<? extends Callback> callbacks) {
        warn(takeOn(callbacks));
    }

    /** What finding a thread failed with, if it did. */
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

    /** Sees to it that what waits is not kept waiting; to be called now and then. */
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

    /** The same for who holds a lock; no failure is told. */
    void lookQuietly() {
        lock.lock();
        try {
            Throwable unused = findThread();
        } finally {
            lock.unlock();
        }
    }

    /** Without the lock: a logger may call the pool. */
    private void warn(@Nullable Throwable noThread) {
        if (noThread != null) {
            Log.of(Callbacks.class)
                    .warn("no thread can be had for the callbacks of a pool, which wait: pool=" + name, noThread);
        }
    }

    private boolean isNothingWaiting() {
        return unfinished == null && waiting.isEmpty();
    }

    /** Sees to it that somebody has the turn if anything waits; what that failed with, if it did. */
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
        return maker == null ? beginThread() : null; // else that one comes
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
            // who needs it makes it
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

    /** Somebody else goes on with the batch. */
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

    /** The next callbacks for this thread, which is done with those before; null if it is not needed any more. */
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

    @SuppressWarnings("WaitNotInLoop") // that is in take
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

    /** Nothing is thrown once a callback does not wait any more. */
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

    /** What is run next may block. */
    private void giveUpTurn(CallbackThread me) {
        lock.lock();
        try {
            if (turn == me) {
                leaveTurn(me);
                Throwable unused = findThread(); // the next look will tell
            }
        } catch (Throwable failed) {
            // the next look will find what waits
        } finally {
            lock.unlock();
        }
    }

    /** The thread has run what it began, if it had begun something. */
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
     * The thread ends; another one comes if it is needed, as this may have been the one that was to. Can be repeated if
     * it failed.
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
            Throwable unused = findThread(); // the next look will tell
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing runs or waits; false at the deadline. Not for a callback, which would wait for itself. */
    boolean awaitQuiet(long deadlineNanos) throws InterruptedException {
        lock.lock();
        try {
            while (running > 0 || !isNothingWaiting()) {
                long left = Deadline.remainingNanos(deadlineNanos);
                if (left <= 0) {
                    return false;
                }
                Throwable unusedFailure = findThread(); // the next look will tell
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

    /** Runs callbacks one after the other, in their order, and drops them when more than {@code limit} wait. */
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

        /** Also for who holds a lock: a failure is told at the next look. */
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

        /** The next one who adds something schedules it again. */
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
                    return; // begun again after an error
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
     * Callbacks that were taken in one step. Each is begun by one thread: by that which took them, or by one that goes
     * on with them. After an error one may be run a second time, which does no harm.
     */
    private static final class Batch {

        private final @Nullable Callback[] callbacks;
        private final AtomicInteger begun = new AtomicInteger();

        /** Another one that is unfinished. Guarded by the lock of the callbacks. */
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

        /** The number of the next for the thread that asks; negative if each has been begun. */
        int next() {
            int next = isBegun() ? -1 : begun.getAndIncrement();
            return next < callbacks.length ? next : -1;
        }

        @Nullable
        Callback get(int number) {
            return callbacks[number];
        }

        /** It was run; nobody keeps its result. */
        void done(int number) {
            callbacks[number] = null;
        }

        /** What was not run is begun once more: a thread has ended in the middle. */
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

        /** What it runs, and when it took it. Guarded by the lock of the callbacks. */
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
                // nobody has a reason to; another thread comes when it is needed
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
                return; // it was run before somebody began again
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
                Thread.interrupted(); // an interrupt of a callback's own is not the next one's
            }
        }
    }
}
