// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.Log;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueShutdownException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A place in the pool, and the thread that keeps a worker in it: starts one, reads its results, buries it, starts the
 * next.
 */
final class WorkerSlot implements Runnable {

    /** How often an idle worker is looked at: for log records that nobody waits for. */
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** How often deadlines are looked at that came up while this waits for a message. */
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** What fails again and again must not take a whole processor. */
    private static final long PAUSE_AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Dispatcher dispatcher;
    private final String name;
    private final Thread thread;

    /** The worker that is here, for the thread of this slot. */
    private @Nullable PoolWorker mine;

    /** It sends nothing any more. */
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
        this.thread = new Thread(this, "ipcq-" + name);
        thread.setDaemon(true);
    }

    void begin() {
        thread.start();
    }

    /** There is something to do for the thread of the slot. */
    void wake() {
        LockSupport.unpark(thread);
    }

    String name() {
        return name;
    }

    @Override
    public void run() {
        Throwable failure = null;
        boolean goesOn = true;
        while (goesOn) {
            Throwable told = failure;
            failure = null;
            try {
                if (told != null) {
                    survive(told);
                }
                goesOn = step();
            } catch (Throwable failed) {
                ended |= mine != null; // no call: that could fail, too
                survived |= mine != null;
                failure = told == null ? failed : null; // else there is a step at least before the next is told
            }
        }
    }

    /** One step in the life of a worker; false when there is to be none any more. Each can be repeated if it failed. */
    private boolean step() throws InterruptedException {
        PoolWorker living = mine;
        if (living == null) {
            isOver = isOver || !dispatcher.awaitNeed(this);
            if (isOver) {
                dispatcher.ended(this); // whoever closes the pool waits for this
                dispatcher.seeOutCallbacks();
                return false;
            }
            mine = start();
        } else if (!ended) {
            serve(living);
        } else {
            if (survived) {
                living.kill();
            }
            living.child().join();
            dispatcher.bury(this, living);
            living.close();
            mine = null;
            ended = false;
            survived = false;
        }
        return true;
    }

    private @Nullable PoolWorker start() {
        try {
            return dispatcher.start(this);
        } catch (Throwable failed) {
            dispatcher.startFailed(this, false, "it could not be started: " + failed, () -> failed);
            return null;
        }
    }

    /** Reads what the worker sends until it has ended. */
    private void serve(PoolWorker serving) throws InterruptedException {
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
                    dispatcher.handle(serving, messages);
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
        ended = true;
    }

    /** Whatever happens here concerns the worker that this slot has, and none of the others. */
    private void survive(Throwable failed) {
        LockSupport.parkNanos(this, PAUSE_AFTER_FAILURE_NANOS); // also if all else fails, again and again
        PoolWorker failing = mine;
        if (failing != null) {
            failing.kill();
        }
        Log.of(WorkerSlot.class).warn("a worker is given up: worker=" + name, failed);
    }
}
