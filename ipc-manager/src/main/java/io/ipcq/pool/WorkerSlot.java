// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.Log;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueShutdownException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A place in the pool, and the thread that keeps a worker in it: starts one, reads its results, buries it, starts the
 * next.
 */
@SuppressWarnings("ReferenceEquality") // what is completed is told apart by identity
final class WorkerSlot {
    /*
     * Idea. The keeper completes futures that nobody depends on. Whoever begins to depend on one in that very instant
     * has his code run in this thread, where it may block or wait for the pool. So the keeper shows what it completes.
     * Who finds the same there at two looks starts another keeper, which takes over by a compare-and-set of what is
     * shown. The first one does the same when it is done, so it knows whether it still is the keeper. What it may have
     * left is handed to the callbacks; to complete a future twice does no harm. Who closes the pool waits for it, too.
     *
     * Birth. A thread inherits much from the one that makes it, and so do the workers that it starts and the code that
     * runs in it. So whoever makes the pool makes the first keeper and the next one of each slot, and each next one
     * makes the one after it.
     *
     * Errors. From the compare-and-set on, until it is the keeper, the new one neither calls nor allocates anything.
     * What is still shown after an error is taken away before the next message is read.
     */

    /** How often an idle worker is looked at: for log records that nobody waits for. */
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** How often deadlines are looked at that came up while this waits for a message. */
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** What fails again and again must not take a whole processor. */
    private static final long PAUSE_AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final VarHandle COMPLETING;

    static {
        try {
            COMPLETING = MethodHandles.lookup().findVarHandle(WorkerSlot.class, "completing", List.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** Shown while another keeper takes over. */
    private static final List<Completions.Completion> TAKEN = List.of();

    private final Dispatcher dispatcher;
    private final String name;

    private volatile Keeper keeper;

    /** Who takes its place if that becomes necessary; null while one is about to do so. */
    private volatile @Nullable Keeper next;

    /** What the keeper completes just now. */
    private volatile @Nullable List<Completions.Completion> completing;

    /** What it completed at the last look; for the thread that looks. */
    private @Nullable List<Completions.Completion> seen;

    /** The worker that is here; for the keeper, as are those that follow. */
    private @Nullable PoolWorker mine;

    /** The keeper before this one, if that was not told yet; it is kept waiting. */
    private @Nullable Keeper before;

    /** What it did not come to complete. */
    private @Nullable List<Completions.Completion> left;

    /** The worker sends nothing any more. */
    private boolean ended;

    /** It is given up for something that failed here. */
    private boolean survived;

    /** There is to be no worker any more. */
    private boolean isOver;

    /** Guarded by the dispatcher's lock, as is everything below. */
    @Nullable
    PoolWorker worker;

    boolean retiring;

    final Restarts restarts;

    /** Workers that died here while they held a task. */
    int crashes;

    WorkerSlot(Dispatcher dispatcher, String name, Restarts restarts) {
        this.dispatcher = dispatcher;
        this.name = name;
        this.restarts = restarts;
        this.keeper = new Keeper();
        this.next = new Keeper();
    }

    void begin() {
        keeper.start();
    }

    /** There is something to do for the thread of the slot. */
    void wake() {
        LockSupport.unpark(keeper);
    }

    String name() {
        return name;
    }

    /** Has another thread go on if that of the slot is kept waiting; for one thread, now and then. */
    void watch() {
        List<Completions.Completion> now = completing;
        boolean isWaiting = now != null && now != TAKEN && now == seen;
        seen = now;
        Keeper other = next;
        if (isWaiting && other != null) {
            other.reason = now;
            next = null;
            boolean begun = false;
            try {
                other.start();
                begun = true;
            } finally {
                if (!begun) {
                    next = other; // no thread can be had now
                }
            }
        }
    }

    /** The thread of the slot, until another one takes its place. */
    private final class Keeper extends Thread implements Completions.Completer, RunsDependents {

        /** What keeps the one before waiting; null for the first one, until it is begun, and once it has taken over. */
        private @Nullable List<Completions.Completion> reason;

        /** What this one has completed last. */
        private @Nullable List<Completions.Completion> begun;

        Keeper() {
            super("ipcq-" + name);
            setDaemon(true);
        }

        @Override
        public void run() {
            if (reason != null) {
                while (next == null) { // or nobody could take the place of this one
                    try {
                        next = new Keeper();
                    } catch (Throwable again) {
                        LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS); // the next time perhaps not
                    }
                }
                if (!COMPLETING.compareAndSet(WorkerSlot.this, reason, TAKEN)) {
                    return; // it was not kept waiting for long
                }
                left = reason;
                before = keeper;
                reason = null;
                keeper = this;
                completing = null;
            }
            Throwable failure = null;
            boolean goesOn = true;
            while (goesOn) {
                Throwable told = failure;
                failure = null;
                boolean isTold = told == null;
                try {
                    if (told != null) {
                        survive(told);
                    }
                    isTold = true;
                    goesOn = step();
                } catch (Throwable failed) {
                    if (completing == TAKEN || keeper != this) { // no call: that could fail, too
                        goesOn = false;
                    } else {
                        ended |= mine != null;
                        survived |= mine != null;
                        failure = isTold ? failed : null; // or what telling fails with would be told for ever
                    }
                }
            }
        }

        /**
         * One step in the life of a worker; false when there is to be none any more, or none of this thread. Each can
         * be repeated if it failed.
         */
        private boolean step() throws InterruptedException {
            Keeper waiting = before;
            if (waiting != null) {
                dispatcher.replaced(waiting); // before this slot can end
                before = null;
            }
            List<Completions.Completion> theirs = left;
            if (theirs != null) {
                dispatcher.callBack(theirs);
                left = null;
            }
            PoolWorker living = mine;
            if (living == null) {
                isOver = isOver || !dispatcher.awaitNeed(WorkerSlot.this);
                if (isOver) {
                    dispatcher.ended(WorkerSlot.this); // whoever closes the pool waits for this
                    dispatcher.seeOutCallbacks();
                    return false;
                }
                mine = startWorker();
            } else if (!ended) {
                return serve(living);
            } else {
                if (survived) {
                    living.kill();
                }
                living.child().join();
                dispatcher.bury(WorkerSlot.this, living);
                living.close();
                mine = null;
                ended = false;
                survived = false;
            }
            return true;
        }

        /** Reads what the worker sends until it has ended; false if another thread goes on with that. */
        private boolean serve(PoolWorker serving) throws InterruptedException {
            try {
                boolean look = false;
                boolean over = false;
                while (!over) {
                    dispatcher.look();
                    if (dispatcher.claimReading(serving, look)) {
                        if (serving.hasUnsent()) {
                            serving.sendLarge(serving.patience(BUSY_NANOS));
                        }
                        boolean returns = look || serving.hasUnsent();
                        List<byte[]> messages = serving.receive(returns ? 0 : serving.patience(BUSY_NANOS));
                        if (!handle(serving, messages)) {
                            return false;
                        }
                        over = messages.isEmpty() && serving.isOver();
                        look = false;
                    } else {
                        LockSupport.parkNanos(this, IDLE_NANOS);
                        look = true;
                    }
                }
            } catch (QueueShutdownException | QueueClosedException over) {
                // as it should be
            }
            boolean isMine = isKeeper();
            ended |= isMine;
            return isMine;
        }

        /** False if this is not the keeper any more. A failure concerns the worker, whoever keeps it. */
        private boolean handle(PoolWorker serving, List<byte[]> messages) {
            boolean handled = false;
            try {
                dispatcher.handle(serving, messages, this);
                handled = true;
            } finally {
                if (!handled && !isKeeper()) {
                    serving.kill();
                }
            }
            return isKeeper();
        }

        /** Nothing is shown any more, whatever became of {@link #end}. */
        private boolean isKeeper() {
            if (begun != null) {
                var unused = COMPLETING.compareAndSet(WorkerSlot.this, begun, null);
                begun = null;
            }
            return completing != TAKEN && keeper == this;
        }

        @Override
        public boolean begin(List<Completions.Completion> some) {
            if (!dispatcher.isWatched()) {
                return false;
            }
            begun = some;
            completing = some;
            return true;
        }

        @Override
        @SuppressWarnings("ResultOfMethodCallIgnored")
        public boolean end(List<Completions.Completion> some) {
            Thread.interrupted(); // by what came to depend on one of them: it is not meant for what this thread does
            // next
            begun = null;
            return COMPLETING.compareAndSet(WorkerSlot.this, some, null);
        }
    }

    private @Nullable PoolWorker startWorker() {
        try {
            return dispatcher.start(this);
        } catch (Throwable failed) {
            dispatcher.startFailed(this, false, "it could not be started: " + failed, () -> failed);
            return null;
        }
    }

    /** Whatever happens here concerns the worker that this slot has, and none of the others. */
    private void survive(Throwable failed) {
        LockSupport.parkNanos(this, PAUSE_AFTER_FAILURE_NANOS); // also if all else fails, again and again
        PoolWorker failing = mine;
        if (failing != null) {
            failing.kill();
        }
        dispatcher.log(() -> Log.of(WorkerSlot.class).warn("a worker is given up: worker=" + name, failed));
    }
}
