// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

/** A thread of a pool in which code of the program's may run: what depends on a future, a listener, a logger. */
interface RunsDependents {

    /** Whether that may be so of the calling thread. It waits for no other of its kind, which may wait for it. */
    static boolean isHere() {
        return Thread.currentThread() instanceof RunsDependents;
    }
}
