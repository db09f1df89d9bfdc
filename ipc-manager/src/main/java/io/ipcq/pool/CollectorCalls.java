// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

/**
 * Decides when a worker that has nothing to do asks the garbage collector to run. It asks once after it was passed new
 * handles, and again only if the collection has detached some. A collection of a large heap takes seconds, and the next
 * task waits for it. Not thread-safe.
 */
final class CollectorCalls {

    /** One collection finds the handles that tasks have not kept. */
    private static final int FOR_HANDLES = 1;

    /**
     * The first collection finds the mappings of detached handles. The second one finds the mappings of a journal,
     * which become unreachable one step later.
     */
    private static final int FOR_MAPPINGS = 2;

    private int due;
    private int seenDetached;
    private boolean begun;

    /** Notes that a handle was attached, which the tasks may not keep. */
    void attached() {
        due = Math.max(due, FOR_HANDLES);
        begun = false;
    }

    /**
     * Whether to ask the collector now.
     *
     * @param detached how many handles were detached so far
     */
    boolean next(int detached) {
        if (detached != seenDetached) {
            seenDetached = detached;
            due = FOR_MAPPINGS;
        }
        boolean asks = due > 0;
        due -= asks ? 1 : 0;
        begun = asks;
        return asks;
    }

    boolean isDue() {
        return due > 0;
    }

    /** Whether the collector was asked just now, so that its findings are known soon. */
    boolean hasBegun() {
        return begun;
    }
}
