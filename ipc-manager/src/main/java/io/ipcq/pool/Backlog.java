// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import org.jspecify.annotations.Nullable;

/**
 * The tasks that no worker was handed yet, in the order in which they will be handed out. Guarded by the dispatcher's
 * lock.
 */
final class Backlog {

    private final TaskList tasks = new TaskList();
    private final Tally tally;

    Backlog(Tally tally) {
        this.tally = tally;
    }

    /**
     * The next task that is still wanted. Unwanted tasks before it are removed and counted as cancelled. The task
     * itself stays in the backlog.
     */
    @Nullable
    PoolTask<?> next() {
        PoolTask<?> task = tasks.first();
        while (task != null && task.isDone()) {
            tally.cancel(task); // it was cancelled, or completed by other code
            tasks.remove(task);
            task = tasks.first();
        }
        return task;
    }

    void addLast(PoolTask<?> task) {
        tasks.addLast(task);
    }

    /** Puts a task before all others. */
    void putBack(PoolTask<?> task) {
        tasks.addFirst(task);
    }

    /** The same for many tasks, which keep their order. */
    void putBack(TaskList taken) {
        for (PoolTask<?> task = taken.last(); task != null; task = taken.last()) {
            tasks.addFirst(task);
        }
    }

    void remove(PoolTask<?> task) {
        tasks.remove(task);
    }

    boolean contains(PoolTask<?> task) {
        return tasks.contains(task);
    }

    boolean isEmpty() {
        return tasks.isEmpty();
    }

    int size() {
        return tasks.size();
    }
}
