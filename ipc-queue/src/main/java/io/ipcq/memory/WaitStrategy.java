// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.Serializable;

/**
 * What a thread does while it waits for another process.
 *
 * <p>Thread-safe; travels to other processes; keeps no state.
 */
public sealed interface WaitStrategy extends Serializable permits StandardWait {

    /** Looks again for some 30 us, then sleeps in the kernel until woken: for nearly everything. */
    static WaitStrategy blocking() {
        return StandardWait.BLOCKING;
    }

    /** Looks again without end: the lowest latency, for the price of a core. */
    static WaitStrategy spinning() {
        return StandardWait.SPINNING;
    }

    /** Looks again after pauses that grow to 1 ms: needs no native call, and costs the waker nothing. */
    static WaitStrategy backoff() {
        return StandardWait.BACKOFF;
    }
}
