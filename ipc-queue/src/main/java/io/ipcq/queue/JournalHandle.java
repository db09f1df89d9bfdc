// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.Handle;
import io.ipcq.codec.Codec;
import io.ipcq.memory.WaitStrategy;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectStreamException;
import java.nio.file.Path;

/** What a durable queue is on its way to another process; what arrives there is attached to the same queue. */
record JournalHandle<E>(String directory, long id, Codec<E> codec, WaitStrategy waitStrategy) implements Handle {

    private Object readResolve() throws ObjectStreamException {
        try {
            return JournalQueue.openSame(Path.of(directory), id, codec, waitStrategy);
        } catch (IOException | RuntimeException e) {
            InvalidObjectException invalid =
                    new InvalidObjectException("the queue that was passed on cannot be opened: " + e.getMessage());
            invalid.initCause(e);
            throw invalid;
        }
    }
}
