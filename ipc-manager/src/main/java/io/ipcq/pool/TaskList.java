// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import org.jspecify.annotations.Nullable;

/**
 * Tasks in an order, each of which is in no other list.
 *
 * <p>Adding a task takes it out of the list that it is in, in one step that allocates nothing and calls nothing:
 * whatever {@link Error} comes up before or after it, a task is in one place. Not thread-safe.
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

    /** Out of the list that it is in, and into another one. Calls nothing, so it is done or has not begun. */
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
