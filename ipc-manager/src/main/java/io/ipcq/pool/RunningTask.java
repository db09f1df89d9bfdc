// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.SharedQueue;

/** The task that a worker runs, and the thread that interrupts it when the parent asks. */
final class RunningTask {

    private static final long NONE = 0;

    private final SharedQueue<byte[]> control;
    private final Thread worker = Thread.currentThread();
    private long number = NONE; // guarded by this

    RunningTask(SharedQueue<byte[]> control) {
        this.control = control;
    }

    synchronized void begin(long task) {
        number = task;
    }

    /** From now on nobody interrupts the worker's thread. A pending interrupt is cleared. */
    @SuppressWarnings("ResultOfMethodCallIgnored")
    synchronized void end() {
        number = NONE;
        Thread.interrupted();
    }

    void listen() {
        Thread listener = new Thread(this::obey, "ipcq-control");
        listener.setDaemon(true);
        listener.start();
    }

    private void obey() {
        try {
            while (true) {
                interrupt(MessageKind.task(control.get()));
            }
        } catch (InterruptedException | QueueShutdownException | QueueClosedException over) {
            // the pool is gone, so this JVM ends
        }
    }

    private synchronized void interrupt(long task) {
        if (task == number) {
            worker.interrupt();
        }
    }
}
