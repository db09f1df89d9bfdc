// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

/**
 * How many elements of tasks were submitted to a pool, and how they ended. Each is counted once. Guarded by the
 * dispatcher's lock.
 *
 * <p>Each method makes its changes at its end, where nothing can fail any more.
 */
final class Tally {

    private long submitted;
    private long succeeded;
    private long failed;
    private long cancelled;

    /**
     * How often a worker ended while it held a task. The dispatcher changes this directly, because not even a call may
     * fail there.
     */
    long crashed;

    private long started;

    void submit(PoolTask<?> task) {
        int elements = task.elements();
        submitted += elements;
        task.counted = false;
    }

    /** Takes back the count of a task that was not accepted. */
    void withdraw(PoolTask<?> task) {
        int elements = task.elements();
        if (!task.counted) {
            task.counted = true;
            submitted -= elements;
        }
    }

    /** Counts the end of a task, unless it was counted before, when it was cancelled or timed out. */
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

    /** The statistics, with the dispatcher's counts of workers and waiting tasks. */
    PoolStats stats(int workers, int ready, int busy, long waiting) {
        return new PoolStats(workers, ready, busy, waiting, submitted, succeeded, failed, cancelled, crashed, started);
    }
}
