// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.Handle;
import io.ipcq.codec.Codec;
import io.ipcq.memory.WaitStrategy;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectStreamException;
import java.nio.file.Path;

/**
 * What a ring queue is on its way to another process; what arrives there is attached to the same queue.
 *
 * <p>A class and not a record: to deserialize its first record costs a JVM more than ten milliseconds.
 */
final class RingHandle<E> implements Handle {

    private static final long serialVersionUID = 1L;

    private final String directory;
    private final long id;
    private final Codec<E> codec;
    private final WaitStrategy waitStrategy;

    RingHandle(String directory, long id, Codec<E> codec, WaitStrategy waitStrategy) {
        this.directory = directory;
        this.id = id;
        this.codec = codec;
        this.waitStrategy = waitStrategy;
    }

    private Object readResolve() throws ObjectStreamException {
        try {
            return RingQueue.openSame(Path.of(directory), id, codec, waitStrategy);
        } catch (IOException | RuntimeException e) {
            InvalidObjectException invalid =
                    new InvalidObjectException("the queue that was passed on cannot be opened: " + e.getMessage());
            invalid.initCause(e);
            throw invalid;
        }
    }
}
