// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a handle has taken from its ring and could not hand over; it is handed over before all that is in the ring.
 *
 * <p>To keep something allocates nothing, as what it is kept for may be that there is no memory: who takes many has a
 * {@link Batch} before, and there are some to spare for those who take one.
 *
 * <p>Thread-safe.
 */
final class Leftovers {

    /**
     * How many threads of a handle can each keep one element where there is no memory left, until one of them is taken
     * again.
     */
    private static final int SPARE = 64;

    /** Encoded elements in order, of which some have been dealt with. Not thread-safe. */
    static final class Batch {

        private final List<byte[]> payloads;
        private int next;
        private boolean hasFirstFailed;
        private @Nullable Batch behind;

        private Batch(List<byte[]> payloads) {
            this.payloads = payloads;
        }

        /** An empty one. */
        static Batch of(int capacity) {
            return new Batch(new ArrayList<>(capacity));
        }

        private static Batch ofOne() {
            return new Batch(Arrays.asList(new byte[1][]));
        }

        /** What is to be filled, after all before has been dealt with. */
        List<byte[]> emptied() {
            payloads.clear();
            next = 0;
            return payloads;
        }

        boolean isEmpty() {
            return next >= payloads.size();
        }

        byte[] first() {
            return payloads.get(next);
        }

        private boolean isLast() {
            return next == payloads.size() - 1;
        }

        /** Whether decoding the first one has ended in an Error before. */
        boolean hasFirstFailed() {
            return hasFirstFailed;
        }

        void setFirstFailed(boolean hasFailed) {
            hasFirstFailed = hasFailed;
        }

        void removeFirst() {
            next++;
            hasFirstFailed = false;
        }

        private List<byte[]> rest() {
            return payloads.subList(next, payloads.size());
        }
    }

    private @Nullable Batch first; // guarded by this, as are the next two
    private @Nullable Batch spare;
    private int spares;
    /** Whether there are some; read without a lock, as each take looks at it. */
    private boolean hasSome;

    Leftovers() {
        replenish();
    }

    private synchronized void replenish() {
        while (spares < SPARE) {
            Batch one = Batch.ofOne();
            one.behind = spare;
            spare = one;
            spares++;
        }
    }

    boolean hasSome() {
        return hasSome;
    }

    /** Keeps a payload before all that are kept. */
    synchronized void keep(byte[] payload, boolean hasFailed) {
        Batch one = spare;
        if (one == null) {
            one = Batch.ofOne();
        } else {
            spare = one.behind;
            spares--;
        }
        one.payloads.set(0, payload);
        one.hasFirstFailed = hasFailed;
        keep(one);
    }

    /** Keeps what is left of a batch before all that are kept. */
    synchronized void keep(Batch batch) {
        if (batch.next < batch.payloads.size()) {
            batch.behind = first;
            first = batch;
            hasSome = true;
        }
    }

    /** Takes one payload, as a batch that can be kept again; null if there is none. */
    synchronized @Nullable Batch poll() {
        replenish();
        Batch batch = first;
        Batch one = spare;
        if (batch == null || one == null) {
            return null;
        }
        if (batch.isLast()) {
            first = batch.behind;
            hasSome = first != null;
            return batch;
        }
        spare = one.behind;
        spares--;
        one.payloads.set(0, batch.first());
        one.hasFirstFailed = batch.hasFirstFailed;
        batch.removeFirst();
        return one;
    }

    synchronized int size() {
        int size = 0;
        for (Batch batch = first; batch != null; batch = batch.behind) {
            size += batch.payloads.size() - batch.next;
        }
        return size;
    }

    synchronized List<byte[]> payloads() {
        List<byte[]> payloads = new ArrayList<>();
        for (Batch batch = first; batch != null; batch = batch.behind) {
            payloads.addAll(batch.rest());
        }
        return payloads;
    }
}
