// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import org.jspecify.annotations.Nullable;

/**
 * A list of tasks. Each of them is in no other list.
 *
 * <p>Adding a task removes it from its former list in the same step. This step allocates nothing and calls nothing. So
 * a task is in exactly one place, whatever {@link Error} is thrown before or after. Not thread-safe.
 */
final class TaskList {

    private @Nullable PoolTask<?> first;
    private @Nullable PoolTask<?> last;
    private int size;

    boolean isEmpty() {
        return first == null;
    }

    int size() {
        return size;
    }

    @Nullable
    PoolTask<?> first() {
        return first;
    }

    @Nullable
    PoolTask<?> last() {
        return last;
    }

    boolean contains(PoolTask<?> task) {
        return task.list == this;
    }

    void addFirst(PoolTask<?> task) {
        move(task, this, true);
    }

    void addLast(PoolTask<?> task) {
        move(task, this, false);
    }

    void addAll(TaskList others) {
        while (others.first != null) {
            addLast(others.first);
        }
    }

    void remove(PoolTask<?> task) {
        if (task.list == this) {
            move(task, null, false);
        }
    }

    /** Moves a task from its list to another one. Calls nothing, so the move is either done or has not begun. */
    private static void move(PoolTask<?> task, @Nullable TaskList to, boolean toFront) {
        TaskList from = task.list;
        if (from != null) {
            if (task.previous == null) {
                from.first = task.next;
            } else {
                task.previous.next = task.next;
            }
            if (task.next == null) {
                from.last = task.previous;
            } else {
                task.next.previous = task.previous;
            }
            from.size--;
        }
        task.list = to;
        task.previous = to == null || toFront ? null : to.last;
        task.next = to == null || !toFront ? null : to.first;
        if (to != null) {
            if (task.previous == null) {
                to.first = task;
            } else {
                task.previous.next = task;
            }
            if (task.next == null) {
                to.last = task;
            } else {
                task.next.previous = task;
            }
            to.size++;
        }
    }
}
