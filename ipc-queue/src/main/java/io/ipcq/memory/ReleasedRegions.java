// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.HashSet;
import java.util.Set;

/**
 * Regions that nobody uses any more, and that are still mapped, because the collector has not come to them yet. It sees a few
 * small objects in them; the space and the mappings that hang on those it does not see, so it is asked when there are many.
 */
final class ReleasedRegions {

    /** More than this, beyond those that the last collection has left, and the next one is asked for. */
    static final int MOST = 1_000;

    // all guarded by this
    private final Set<Reference<MappedRegion>> waiting = new HashSet<>();
    private final ReferenceQueue<MappedRegion> collected = new ReferenceQueue<>();
    private int limit = MOST;

    void add(MappedRegion region) {
        if (isTooMany(region)) {
            System.gc();
        }
    }

    private synchronized boolean isTooMany(MappedRegion region) {
        removeCollected();
        waiting.add(new PhantomReference<>(region, collected));
        limit = Math.min(limit, waiting.size() + MOST);
        if (waiting.size() <= limit) {
            return false;
        }
        // handles may be closed and yet kept: those are not to bring on a collection each time
        limit = waiting.size() + MOST;
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
            waiting.remove(next);
        }
    }
}
