// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.Attached;
import java.io.ObjectStreamException;
import java.io.Serializable;

/**
 * A whole number that processes count with; it wraps around as a {@code long} does.
 *
 * <p>Thread-safe. Process-safe: what arrives in a child or a pool worker is the same one. Lives while a process holds it.
 */
public final class SharedCounter implements Attached, Serializable {

    private static final long serialVersionUID = 1L;

    private final transient Reference reference;

    SharedCounter(Reference reference) {
        this.reference = reference;
    }

    public long get() {
        return reference.number("get");
    }

    /** Sets it, and returns what it was. */
    public long set(long value) {
        return reference.number("set", value);
    }

    /** Adds, and returns the sum. */
    public long add(long delta) {
        return reference.number("add", delta);
    }

    public long increment() {
        return add(1);
    }

    public long decrement() {
        return add(-1);
    }

    /** Sets it if it is what was expected; says whether it was. */
    public boolean compareAndSet(long expected, long value) {
        return reference.flag("compareAndSet", expected, value);
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
