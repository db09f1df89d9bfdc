// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a handle has taken from its ring and could not hand over; it is handed over before all that is in the ring.
 *
 * <p>Thread-safe.
 */
final class Leftovers {

    /** One encoded element. */
    static final class Leftover {

        private final byte[] payload;
        private final boolean hasFailed;

        private Leftover(byte[] payload, boolean hasFailed) {
            this.payload = payload;
            this.hasFailed = hasFailed;
        }

        byte[] payload() {
            return payload;
        }

        /** Whether decoding it has ended in an Error before. */
        boolean hasFailed() {
            return hasFailed;
        }
    }

    private final Deque<Leftover> kept = new ArrayDeque<>(); // guarded by this
    /** Whether there are some; read without a lock, as each take looks at it. */
    private boolean hasSome;

    boolean hasSome() {
        return hasSome;
    }

    /** Keeps payloads in order, before all that are kept. */
    synchronized void keep(List<byte[]> payloads, boolean hasFirstFailed) {
        for (int i = payloads.size() - 1; i >= 0; i--) {
            kept.addFirst(new Leftover(payloads.get(i), i == 0 && hasFirstFailed));
        }
        hasSome = !kept.isEmpty();
    }

    synchronized @Nullable Leftover poll() {
        Leftover first = kept.poll();
        hasSome = !kept.isEmpty();
        return first;
    }

    synchronized int size() {
        return kept.size();
    }

    synchronized List<byte[]> payloads() {
        return kept.stream().map(Leftover::payload).toList();
    }
}
