// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import java.time.Duration;

/**
 * Something that a thread can wait for, alone or together with others: a queue, a child process, a connection, a listener.
 *
 * <p>Thread-safe. Process-safe: as its type says. Survives a crash: one that waits and dies has taken nothing.
 */
public interface Awaitable {

    /**
     * Waits, at most so long, until there is something for the method that takes, receives, accepts or joins: until it would return, or
     * fail, at once. Takes nothing, so somebody else may be faster; says whether there was something.
     */
    boolean awaitReady(Duration timeout) throws InterruptedException;
}
