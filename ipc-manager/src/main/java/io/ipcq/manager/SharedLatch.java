// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.Attached;
import io.ipcq.manager.wire.WireTime;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.time.Duration;

/**
 * A count that goes down to zero, and lets go all who wait for that; the JDK's {@link java.util.concurrent.CountDownLatch}
 * between processes. It opens once. A process that dies does not count down: wait with a timeout for those that may.
 *
 * <p>Thread-safe. Process-safe: what arrives in a child or a pool worker is the same one. Lives while a process holds it.
 */
public final class SharedLatch implements Attached, Serializable {

    private static final long serialVersionUID = 1L;

    private final transient Reference reference;

    SharedLatch(Reference reference) {
        this.reference = reference;
    }

    /** Takes one off the count, unless it is zero. */
    public void countDown() {
        reference.call("countDown");
    }

    public long getCount() {
        return reference.number("count");
    }

    /** Waits until the count is zero. */
    public void await() throws InterruptedException {
        reference.await(null, "await", (Object) null);
    }

    /** Waits at most so long; says whether the count is zero. */
    public boolean await(Duration timeout) throws InterruptedException {
        Long millis = WireTime.millis(timeout);
        return Boolean.TRUE.equals(reference.await(millis, "await", millis));
    }

    /** Whether this proxy was closed, or the manager is gone. */
    @Override
    public boolean isClosed() {
        return reference.isOver();
    }

    /** Lets go of it here. May be called again. */
    @Override
    public void close() {
        reference.close();
    }

    private Object writeReplace() throws ObjectStreamException {
        return reference.handle(null, null, null);
    }

    @Override
    public String toString() {
        return reference.toString();
    }
}
