// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

/**
 * How many elements of tasks were submitted to a pool, and how they ended: each is counted once. Guarded by the
 * dispatcher's lock.
 *
 * <p>A method changes all that it changes at its end, where nothing can fail any more.
 */
final class Tally {

    private long submitted;
    private long succeeded;
    private long failed;
    private long cancelled;

    /** How often a worker ended that held a task. Changed where nothing may fail, not even a call. */
    long crashed;

    private long started;

    void submit(PoolTask<?> task) {
        int elements = task.elements();
        submitted += elements;
        task.counted = false;
    }

    /** It was not taken on. */
    void withdraw(PoolTask<?> task) {
        int elements = task.elements();
        if (!task.counted) {
            task.counted = true;
            submitted -= elements;
        }
    }

    /** Unless it was counted before, when it was cancelled or its time was over. */
    void end(PoolTask<?> task, boolean good) {
        int elements = task.elements();
        if (task.counted) {
            return;
        }
        task.counted = true;
        if (good) {
            succeeded += elements;
        } else {
            failed += elements;
        }
    }

    void cancel(PoolTask<?> task) {
        int elements = task.elements();
        if (!task.counted) {
            task.counted = true;
            cancelled += elements;
        }
    }

    void startWorker() {
        started++;
    }

    long unfinished() {
        return submitted - succeeded - failed - cancelled;
    }

    Progress progress() {
        return new Progress(submitted, succeeded + failed + cancelled, failed);
    }

    /** With what the dispatcher sees of workers, and of tasks that wait. */
    PoolStats stats(int workers, int ready, int busy, long waiting) {
        return new PoolStats(workers, ready, busy, waiting, submitted, succeeded, failed, cancelled, crashed, started);
    }
}
