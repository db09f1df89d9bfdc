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
 * A place in the pool, and the thread (the keeper) that keeps a worker in it. The keeper starts a worker, reads its
 * results, buries it, and starts the next one.
 */
@SuppressWarnings("ReferenceEquality") // lists of completions are compared by identity
final class WorkerSlot {
    /*
     * Idea. The keeper completes futures that have no dependents. If code begins to depend on one in that very instant,
     * the code runs in the keeper's thread, where it may block or wait for the pool. So the keeper shows in
     * `completing` which futures it completes. If the watching thread finds the same futures there twice, it starts
     * another keeper. That keeper takes over by a compare-and-set of `completing`. The first keeper does the same
     * compare-and-set when it is done, so it knows whether it still is the keeper. Futures that it may have left are
     * handed to the callbacks; to complete a future twice does no harm. A thread that closes the pool waits for the
     * replaced keeper, too.
     *
     * Birth. A thread inherits much from the thread that makes it, and so do the workers that it starts and the code
     * that runs in it. So the thread that makes the pool makes the first two keepers of each slot. Each later keeper is
     * made by the keeper before it.
     *
     * Errors. From the compare-and-set until it is the keeper, the new thread neither calls nor allocates anything. If
     * `completing` is still set after an error, it is cleared before the next message is read.
     */

    /** How often an idle worker is checked for log records, which nobody waits for. */
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** How often deadlines are checked that were set while this waits for a message. */
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** The pause after a failure, so that repeated failures do not take a whole processor. */
    private static final long PAUSE_AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final VarHandle COMPLETING;

    static {
        try {
            COMPLETING = MethodHandles.lookup().findVarHandle(WorkerSlot.class, "completing", List.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** The value of {@link #completing} while another keeper takes over. */
    private static final List<Completions.Completion> TAKEN = List.of();

    private final Dispatcher dispatcher;
    private final String name;

    private volatile Keeper keeper;

    /** The thread that takes the keeper's place if necessary; null while one is about to take it. */
    private volatile @Nullable Keeper next;

    /** The futures that the keeper is completing. */
    private volatile @Nullable List<Completions.Completion> completing;

    /** The value of {@link #completing} at the last check. Only for the thread that checks. */
    private @Nullable List<Completions.Completion> seen;

    /** The worker in this slot. Only for the keeper, as are the fields that follow. */
    private @Nullable PoolWorker mine;

    /** The former keeper, which is blocked, until the dispatcher has been told about it. */
    private @Nullable Keeper before;

    /** The futures that the former keeper may not have completed. */
    private @Nullable List<Completions.Completion> left;

    /** Whether the worker sends nothing any more. */
    private boolean ended;

    /** Whether the worker is given up because something failed in the keeper. */
    private boolean survived;

    /** Whether the slot has to end, without another worker. */
    private boolean isOver;

    /** Guarded by the dispatcher's lock, as is everything below. */
    @Nullable
    PoolWorker worker;

    boolean retiring;

    final Restarts restarts;

    /** How many workers of this slot died while they held a task. */
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

    /** Wakes the thread of the slot, which has something to do. */
    void wake() {
        LockSupport.unpark(keeper);
    }

    String name() {
        return name;
    }

    /** Starts another keeper if the present one is blocked. One thread calls this now and then. */
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
                    next = other; // no thread can be started now
                }
            }
        }
    }

    /** The thread of the slot, until another one takes its place. */
    private final class Keeper extends Thread implements Completions.Completer, RunsDependents {

        /**
         * The futures at which the former keeper is blocked. Null for the first keeper, before this thread is started,
         * and once it has taken over.
         */
        private @Nullable List<Completions.Completion> reason;

        /** The futures that this keeper has completed last. */
        private @Nullable List<Completions.Completion> begun;

        Keeper() {
            super("ipcq-" + name);
            setDaemon(true);
        }

        @Override
        public void run() {
            if (reason != null) {
                while (next == null) { // otherwise nobody could take the place of this one
                    try {
                        next = new Keeper();
                    } catch (Throwable again) {
                        LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS); // the next attempt may succeed
                    }
                }
                if (!COMPLETING.compareAndSet(WorkerSlot.this, reason, TAKEN)) {
                    return; // the former keeper was not blocked for long
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
                    if (completing == TAKEN || keeper != this) { // without a call, which could fail, too
                        goesOn = false;
                    } else {
                        ended |= mine != null;
                        survived |= mine != null;
                        failure = isTold ? failed : null; // else a failing report would be repeated for ever
                    }
                }
            }
        }

        /**
         * One step in the life of a worker. False if there is no next step, or none for this thread. Each step can be
         * repeated if it failed.
         */
        private boolean step() throws InterruptedException {
            Keeper waiting = before;
            if (waiting != null) {
                dispatcher.replaced(waiting); // has to come before the end of this slot
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

        /** Reads the messages of the worker until it has ended. False if another thread goes on with the reading. */
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
                // the usual end
            }
            boolean isMine = isKeeper();
            ended |= isMine;
            return isMine;
        }

        /**
         * Handles messages. False if this is not the keeper any more. If this fails, the worker is killed, whoever
         * keeps it.
         */
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

        /** Whether this is still the keeper. Clears {@link #completing}, even if {@link #end} failed. */
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
            Thread.interrupted(); // an interrupt by code that depends on one of them is not meant for this thread
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

    /** Gives up the worker of this slot after a failure. Other workers are not affected. */
    private void survive(Throwable failed) {
        LockSupport.parkNanos(this, PAUSE_AFTER_FAILURE_NANOS); // first, in case the rest fails again and again
        PoolWorker failing = mine;
        if (failing != null) {
            failing.kill();
        }
        dispatcher.log(() -> Log.of(WorkerSlot.class).warn("a worker is given up: worker=" + name, failed));
    }
}
