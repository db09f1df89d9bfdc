// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.Handle;
import io.ipcq.codec.Codec;
import io.ipcq.queue.DurableQueue;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectStreamException;
import java.net.URI;

/**
 * A queue on its way to another process, which opens it by its address anew. The files that the address names have to
 * be there.
 */
record AddressHandle<E>(URI address, Codec<E> codec) implements Handle {

    private Object readResolve() throws ObjectStreamException {
        try {
            return DurableQueue.builder(codec).closedWhenUnreachable(true).open(address);
        } catch (IOException | RuntimeException e) {
            InvalidObjectException invalid =
                    new InvalidObjectException("the queue that was passed on cannot be opened: " + e.getMessage());
            invalid.initCause(e);
            throw invalid;
        }
    }
}
