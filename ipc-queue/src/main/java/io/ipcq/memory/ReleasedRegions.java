// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.HashMap;
import java.util.Map;

/**
 * Regions that nobody uses any more and that are still mapped, because the garbage collector has not found them yet. It
 * sees a few small objects, but not the space and the mappings behind them. So it is asked to run when there are many.
 */
final class ReleasedRegions {

    /** More than this, beyond those that the last collection has left, and the next one is asked for. */
    static final int MOST = 1_000;

    /** The same for their bytes. */
    static final long MOST_BYTES = 256 << 20;

    // all guarded by this
    private final Map<Reference<?>, Long> waiting = new HashMap<>();
    private final ReferenceQueue<MappedRegion> collected = new ReferenceQueue<>();
    private long waitingBytes;
    private int limit = MOST;
    private long limitBytes = MOST_BYTES;

    void add(MappedRegion region, long bytes) {
        if (isTooMany(region, bytes)) {
            System.gc();
        }
    }

    private synchronized boolean isTooMany(MappedRegion region, long bytes) {
        removeCollected();
        limit = Math.min(limit, waiting.size() + MOST);
        limitBytes = Math.min(limitBytes, waitingBytes + MOST_BYTES);
        waiting.put(new PhantomReference<>(region, collected), bytes);
        waitingBytes += bytes;
        if (waiting.size() <= limit && waitingBytes <= limitBytes) {
            return false;
        }
        // handles may be closed and yet kept: those are not to bring on a collection each time
        limit = waiting.size() + MOST;
        limitBytes = waitingBytes + MOST_BYTES;
        return true;
    }

    /** Asks for a collection, if there is anything to be collected. */
    boolean collect() {
        if (isEmpty()) {
            return false;
        }
        System.gc();
        return true;
    }

    private synchronized boolean isEmpty() {
        removeCollected();
        return waiting.isEmpty();
    }

    private void removeCollected() {
        for (Reference<?> next = collected.poll(); next != null; next = collected.poll()) {
            Long bytes = waiting.remove(next);
            waitingBytes -= bytes == null ? 0 : bytes;
        }
    }
}
