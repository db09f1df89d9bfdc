// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import java.time.Duration;

/**
 * Something that a thread can wait for, alone or together with others: a queue, a child process, a connection, a
 * listener.
 *
 * <p>Thread-safe. Process-safe: its type says how far. Survives a crash: a process that dies while it waits has taken
 * nothing.
 */
public interface Awaitable {

    /**
     * Waits, at most {@code timeout}, until the method that takes, receives, accepts or joins would return or fail at
     * once. It takes nothing, so somebody else may be faster.
     *
     * @return whether that method would return or fail at once
     */
    boolean awaitReady(Duration timeout) throws InterruptedException;
}
