// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.MappedRegion;

/**
 * The words that every kind of queue has: how many members ever joined, and whether it is over. They stand at a
 * multiple of 8, so that both can be compared at once.
 *
 * <pre>
 *   0              4       8
 *  +--------------+-------+
 *  | next member  | flags |
 *  +--------------+-------+
 * </pre>
 *
 * @param region that holds them
 * @param offset of the first
 */
record QueueState(MappedRegion region, int offset) {

    static final int NEXT_MEMBER = 0;
    static final int FLAGS = NEXT_MEMBER + Integer.BYTES;
    static final int BYTES = FLAGS + Integer.BYTES;

    private static final int SHUTDOWN = 1;
    private static final int DELETED = 2;

    int nextMemberOffset() {
        return offset + NEXT_MEMBER;
    }

    boolean shutdownVolatile() {
        return (region.getIntVolatile(offset + FLAGS) & SHUTDOWN) != 0;
    }

    boolean deletedVolatile() {
        return (region.getIntVolatile(offset + FLAGS) & DELETED) != 0;
    }

    void setShutdown() {
        change(SHUTDOWN, 0);
    }

    void clearShutdown() {
        change(0, SHUTDOWN);
    }

    /** For good: nobody ever takes it back. */
    void setDeleted() {
        change(DELETED, 0);
    }

    /** Both words, to be compared later. */
    long wordsVolatile() {
        return region.getLongVolatile(offset);
    }

    /** Sets the flag if nobody has joined since, and no flag has changed; false if so. */
    boolean setDeletedIf(long words) {
        return region.compareAndSetLong(offset, words, words | (long) DELETED << Integer.SIZE);
    }

    private void change(int set, int cleared) {
        int flags;
        do {
            flags = region.getIntVolatile(offset + FLAGS);
        } while (!region.compareAndSetInt(offset + FLAGS, flags, (flags | set) & ~cleared));
    }
}
