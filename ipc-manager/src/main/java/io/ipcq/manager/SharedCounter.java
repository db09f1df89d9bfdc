// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.manager.wire.Operation.OfCounter;

/**
 * A whole number that processes count with; it wraps around as a {@code long} does.
 *
 * <p>Thread-safe. Process-safe: what arrives in a child or a pool worker is the same one. Lives while a process holds
 * it.
 */
public final class SharedCounter extends Proxy {

    private static final long serialVersionUID = 1L;

    SharedCounter(Reference reference) {
        super(reference, null);
    }

    /** What the count is. */
    public long get() {
        return reference.number(OfCounter.GET);
    }

    /** Sets it, and returns what it was. */
    public long set(long value) {
        return reference.number(OfCounter.SET, value);
    }

    /** Adds, and returns the sum. */
    public long add(long delta) {
        return reference.number(OfCounter.ADD, delta);
    }

    /** Adds 1, and returns the sum. */
    public long increment() {
        return add(1);
    }

    /** Subtracts 1, and returns the difference. */
    public long decrement() {
        return add(-1);
    }

    /** Sets it if it is what was expected; says whether it was. */
    public boolean compareAndSet(long expected, long value) {
        return reference.flag(OfCounter.COMPARE_AND_SET, expected, value);
    }
}
