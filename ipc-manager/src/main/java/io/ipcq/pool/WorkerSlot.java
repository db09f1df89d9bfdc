// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueShutdownException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A place in the pool, and the thread that keeps a worker in it: starts one, reads its results, buries it, starts the next.
 */
final class WorkerSlot implements Runnable {

    /** How often an idle worker is looked at: for log records that nobody waits for. */
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** How often deadlines are looked at that came up while this waits for a message. */
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Dispatcher dispatcher;
    private final String name;
    private final Thread thread;

    /** Guarded by the dispatcher's lock, as is everything below. */
    @Nullable
    PoolWorker worker;

    boolean retiring;

    /** Starts that failed, one after another. */
    int failures;

    /** Starts, one after another, that somebody ended by a signal. */
    int killedStarts;

    WorkerSlot(Dispatcher dispatcher, String name) {
        this.dispatcher = dispatcher;
        this.name = name;
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
        try {
            while (dispatcher.awaitNeed(this)) {
                live();
            }
        } catch (InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        } finally {
            dispatcher.ended(this);
        }
    }

    /** The life of one worker. */
    private void live() throws InterruptedException {
        PoolWorker started;
        try {
            started = dispatcher.start(this);
        } catch (IOException | RuntimeException failed) {
            dispatcher.startFailed(this, false, "it could not be started: " + failed, failed);
            return;
        }
        try {
            serve(started);
        } catch (QueueShutdownException | QueueClosedException ended) {
            // as it should be
        } catch (RuntimeException damaged) {
            PoolLog.warn("a worker is given up: worker=" + name, damaged);
            started.kill();
        }
        started.child().join();
        dispatcher.bury(this, started);
        started.close();
    }

    private void serve(PoolWorker serving) throws InterruptedException {
        boolean look = false;
        while (true) {
            if (dispatcher.claimReading(serving, look)) {
                if (serving.hasUnsent()) {
                    serving.sendLarge();
                }
                List<byte[]> messages = serving.receive(look ? 0 : serving.patience(BUSY_NANOS));
                dispatcher.handle(serving, messages);
                look = false;
            } else {
                LockSupport.parkNanos(this, IDLE_NANOS);
                look = true;
            }
        }
    }
}
