// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.Attached;
import io.ipcq.manager.wire.WireTime;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.time.Duration;

/**
 * A flag that processes wait for.
 *
 * <p>Thread-safe. Process-safe: what arrives in a child or a pool worker is the same one. Lives while a process holds it.
 */
public final class SharedEvent implements Attached, Serializable {

    private static final long serialVersionUID = 1L;

    private final transient Reference reference;

    SharedEvent(Reference reference) {
        this.reference = reference;
    }

    public void set() {
        reference.call("set");
    }

    public void clear() {
        reference.call("clear");
    }

    public boolean isSet() {
        return reference.flag("isSet");
    }

    /** Waits until it is set. */
    public void await() throws InterruptedException {
        reference.await(null, "await", (Object) null);
    }

    /** Waits at most so long; says whether it is set. */
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
