// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

/** A thread of a pool in which code of the program may run: a dependent of a future, a listener, or a logger. */
interface RunsDependents {

    /**
     * Whether the calling thread is such a thread. Such a thread must not wait for another one, which may wait for it.
     */
    static boolean isHere() {
        return Thread.currentThread() instanceof RunsDependents;
    }
}
