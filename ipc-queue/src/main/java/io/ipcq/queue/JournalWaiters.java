// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.WaitStrategy;
import io.ipcq.memory.Waiter;

/** What callers of a durable queue wait for, and who wakes them. Thread-safe. */
final class JournalWaiters {

    /** An element that can be taken. */
    final Waiter notEmpty;
    /** Room for another element. */
    final Waiter notFull;
    /** The end of all tasks. */
    final Waiter allDone;

    private final JournalControl control;

    JournalWaiters(JournalControl control, WaitStrategy strategy) {
        this.control = control;
        this.notEmpty = new Waiter(control.region(), JournalLayout.NOT_EMPTY, strategy);
        this.notFull = new Waiter(control.region(), JournalLayout.NOT_FULL, strategy);
        this.allDone = new Waiter(control.region(), JournalLayout.ALL_DONE, strategy);
    }

    /** An element came back, or was dealt with. */
    void leaseEnded() {
        notEmpty.signal();
        taskEnded();
    }

    void taskEnded() {
        if (control.unfinished() == 0) {
            allDone.signal();
        }
    }

    /** The handle, or the queue, has ended for those who wait. */
    void signalAll() {
        notEmpty.signal();
        notFull.signal();
        allDone.signal();
    }
}
