// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Keeps newcomers waiting while clients that are gone still have what each is assured of what is shared. One comes in
 * for each of those that is dealt with. Thread-safe.
 */
final class Admission {

    private final BooleanSupplier isFull;
    private final long patienceNanos;
    private long cleared; // guarded by this

    /**
     * @param isFull whether all has been assured, and some of that to clients that are gone
     * @param patience how long none of those may be dealt with until nobody waits for it, as it may take for ever
     */
    Admission(BooleanSupplier isFull, Duration patience) {
        this.isFull = isFull;
        this.patienceNanos = patience.toNanos();
    }

    /** Waits until there is room, or none can be hoped for. */
    synchronized void await() throws InterruptedException {
        long seen = cleared;
        long until = System.nanoTime() + patienceNanos;
        while (isFull.getAsBoolean()) {
            if (cleared != seen) {
                seen = cleared;
                until = System.nanoTime() + patienceNanos;
            }
            long left = until - System.nanoTime();
            if (left <= 0) {
                return;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** One that is gone was dealt with, or the server ends. */
    synchronized void cleared() {
        cleared++;
        notifyAll();
    }
}
