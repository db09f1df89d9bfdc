// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.Attached;
import io.ipcq.codec.Codec;
import java.io.ObjectStreamException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Stands for something of a manager that is no collection or queue. Says how it is closed, passed on and shown. */
abstract class Proxy implements Attached, Serializable {

    private static final long serialVersionUID = 1L;

    final transient Reference reference;

    /** The codec of its values; null if it has none. */
    private final transient @Nullable Codec<?> codec;

    Proxy(Reference reference, @Nullable Codec<?> codec) {
        this.reference = reference;
        this.codec = codec;
    }

    /** Whether this proxy was closed, or the manager is gone. */
    @Override
    public final boolean isClosed() {
        return reference.isOver();
    }

    /** Lets go of it here. May be called again. */
    @Override
    public final void close() {
        reference.close();
    }

    /** What travels is the recipe for a proxy of the same thing. */
    final Object writeReplace() throws ObjectStreamException {
        return reference.handle(codec, null);
    }

    @Override
    public final String toString() {
        return reference.toString();
    }
}
