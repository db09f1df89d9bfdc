// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

/**
 * A thing to which this process is attached, and which it can pass on to others: a queue, or a proxy of a manager.
 *
 * <p>Thread-safe. Process-safe: what arrives in another process is attached to the same thing. Survives a crash: its
 * type says what.
 */
public interface Attached extends AutoCloseable {

    /** Whether it cannot be used any more: it was closed here, or the thing it was attached to is known to be gone. */
    boolean isClosed();

    /** Detaches it here. May be called again. */
    @Override
    void close();
}
