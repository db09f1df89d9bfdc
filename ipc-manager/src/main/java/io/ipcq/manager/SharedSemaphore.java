// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.manager.wire.Operation.OfSemaphore;
import io.ipcq.manager.wire.WireTime;
import java.time.Duration;

/**
 * Permits that processes share. Those that a process acquired and did not release come back when it ends or dies.
 *
 * <p>Thread-safe. Process-safe: what arrives in a child or a pool worker is the same one. Lives while a process holds
 * it.
 */
public final class SharedSemaphore extends Proxy {

    private static final long serialVersionUID = 1L;

    SharedSemaphore(Reference reference) {
        super(reference, null);
    }

    /** Waits for a permit, and takes it. */
    public void acquire() throws InterruptedException {
        acquire(1);
    }

    /** Waits until so many permits are there at one time, and takes them. */
    public void acquire(int permits) throws InterruptedException {
        reference.await(null, OfSemaphore.ACQUIRE, permits, null, SharedLock.owner());
    }

    /** Waits at most so long for a number of permits; says whether it got them. */
    public boolean tryAcquire(int permits, Duration timeout) throws InterruptedException {
        Long millis = WireTime.millis(timeout);
        return Boolean.TRUE.equals(reference.await(millis, OfSemaphore.ACQUIRE, permits, millis, SharedLock.owner()));
    }

    /** Takes a permit if there is one; says whether it did. */
    public boolean tryAcquire() {
        return reference.flag(OfSemaphore.ACQUIRE, 1, 0, SharedLock.owner());
    }

    /** Gives one permit back, or adds it. */
    public void release() {
        release(1);
    }

    /**
     * Gives so many permits back, or adds them.
     *
     * @throws IllegalStateException if the semaphore is bounded, and there would be more permits than it was made with
     */
    public void release(int permits) {
        reference.call(OfSemaphore.RELEASE, permits);
    }

    /** How many permits there are to be taken. */
    public long availablePermits() {
        return reference.number(OfSemaphore.AVAILABLE);
    }
}
