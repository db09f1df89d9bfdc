// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.manager.wire.Operation.OfLatch;
import io.ipcq.manager.wire.WireTime;
import java.time.Duration;

/**
 * A count that goes down to zero. Then all who wait for that go on. It is the JDK's {@link
 * java.util.concurrent.CountDownLatch} between processes. It opens once. A process that dies does not count down, so
 * wait with a timeout for processes that may die.
 *
 * <p>Thread-safe. Process-safe: what arrives in a child or a pool worker is the same one. Lives while a process holds
 * it.
 */
public final class SharedLatch extends Proxy {

    private static final long serialVersionUID = 1L;

    SharedLatch(Reference reference) {
        super(reference, null);
    }

    /** Takes one off the count, unless it is zero. */
    public void countDown() {
        reference.call(OfLatch.COUNT_DOWN);
    }

    /** The count: how often it still has to be counted down. */
    public long getCount() {
        return reference.number(OfLatch.COUNT);
    }

    /** Waits until the count is zero. */
    public void await() throws InterruptedException {
        reference.await(null, OfLatch.AWAIT, (Object) null);
    }

    /** Waits at most so long; says whether the count is zero. */
    public boolean await(Duration timeout) throws InterruptedException {
        Long millis = WireTime.millis(timeout);
        return Boolean.TRUE.equals(reference.await(millis, OfLatch.AWAIT, millis));
    }
}
