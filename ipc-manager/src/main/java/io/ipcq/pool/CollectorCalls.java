// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

/**
 * How often a worker that has nothing to do asks the collector to run: once for what it was passed since it last did,
 * and again only if that has detached something. A collection of a large heap takes seconds, and the next task waits
 * for it. Not thread-safe.
 */
final class CollectorCalls {

    /** Finds the handles that tasks have not kept. */
    private static final int FOR_HANDLES = 1;

    /**
     * The first finds the mappings of handles that were detached, the second those of a journal, which go one step
     * later.
     */
    private static final int FOR_MAPPINGS = 2;

    private int due;
    private int seenDetached;
    private boolean begun;

    /** Something was attached that the tasks may not keep. */
    void attached() {
        due = Math.max(due, FOR_HANDLES);
        begun = false;
    }

    /**
     * Whether to ask now.
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

    /** Whether it was asked just now: what that finds is known soon. */
    boolean hasBegun() {
        return begun;
    }
}
