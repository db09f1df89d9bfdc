// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.manager.wire.Operation.OfBarrier;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.WireTime;
import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import org.jspecify.annotations.Nullable;

/**
 * A point where processes wait until all have come. It breaks for all when one of them gives up, is interrupted or
 * dies.
 *
 * <p>Thread-safe. Process-safe: what arrives in a child or a pool worker is the same one. Lives while a process holds
 * it.
 */
public final class SharedBarrier extends Proxy {

    private static final long serialVersionUID = 1L;

    SharedBarrier(Reference reference) {
        super(reference, null);
    }

    /** Waits until all have come; the last one gets 0. */
    public int await() throws InterruptedException, BrokenBarrierException {
        return meet(null);
    }

    /**
     * Waits at most so long until all have come.
     *
     * @throws BrokenBarrierException if they did not, or it was broken before
     */
    public int await(Duration timeout) throws InterruptedException, BrokenBarrierException {
        return meet(WireTime.millis(timeout));
    }

    private int meet(@Nullable Long millis) throws InterruptedException, BrokenBarrierException {
        if (Thread.interrupted()) {
            abort();
            throw new InterruptedException();
        }
        try {
            return reference.await(millis, OfBarrier.AWAIT, millis) instanceof Integer index ? index : 0;
        } catch (ManagerException e) {
            if (e.code() == Protocol.BROKEN) {
                BrokenBarrierException broken = new BrokenBarrierException(e.getMessage());
                broken.initCause(e);
                throw broken;
            }
            throw e;
        }
    }

    /** Breaks it for those who wait, and begins anew. */
    public void reset() {
        reference.call(OfBarrier.RESET);
    }

    /** Breaks it, until somebody resets it: for a party that cannot come. */
    public void abort() {
        reference.call(OfBarrier.ABORT);
    }

    /** Whether the barrier is broken, because a party did not come, was interrupted, died or aborted it. */
    public boolean isBroken() {
        return reference.flag(OfBarrier.IS_BROKEN);
    }

    /** How many wait now. */
    public int waiting() {
        return (int) reference.number(OfBarrier.WAITING);
    }
}
