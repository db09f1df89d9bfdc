// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

/**
 * What this process is attached to, and can pass on to others: a queue, or a proxy of a manager.
 *
 * <p>Thread-safe. Process-safe: what arrives elsewhere is attached to the same thing. Survives a crash: as its type says.
 */
public interface Attached extends AutoCloseable {

    /** Whether it is of no use any more: it was closed here, or what it was attached to is known to be gone. */
    boolean isClosed();

    /** Detaches it here. May be called again. */
    @Override
    void close();
}
