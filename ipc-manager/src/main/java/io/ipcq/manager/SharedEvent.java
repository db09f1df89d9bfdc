// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.manager.wire.Operation.OfEvent;
import io.ipcq.manager.wire.WireTime;
import java.time.Duration;

/**
 * A flag that processes wait for.
 *
 * <p>Thread-safe. Process-safe: what arrives in a child or a pool worker is the same one. Lives while a process holds
 * it.
 */
public final class SharedEvent extends Proxy {

    private static final long serialVersionUID = 1L;

    SharedEvent(Reference reference) {
        super(reference, null);
    }

    /** Sets it, and lets all who wait go on. */
    public void set() {
        reference.call(OfEvent.SET);
    }

    /** Clears it: whoever awaits it from now on waits. */
    public void clear() {
        reference.call(OfEvent.CLEAR);
    }

    /** Whether it is set. */
    public boolean isSet() {
        return reference.flag(OfEvent.IS_SET);
    }

    /** Waits until it is set. */
    public void await() throws InterruptedException {
        reference.await(null, OfEvent.AWAIT, (Object) null);
    }

    /** Waits at most so long; says whether it is set. */
    public boolean await(Duration timeout) throws InterruptedException {
        Long millis = WireTime.millis(timeout);
        return Boolean.TRUE.equals(reference.await(millis, OfEvent.AWAIT, millis));
    }
}
