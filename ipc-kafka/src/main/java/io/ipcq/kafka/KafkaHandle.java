// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.Handle;
import io.ipcq.codec.Codec;
import io.ipcq.queue.QueueAddress;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectStreamException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What a queue is on its way to another process. The file of properties that the address names has to be there; what is
 * in it does not travel.
 */
record KafkaHandle<E>(
        URI address, String name, String id, @Nullable Codec<E> codec) implements Handle {

    private Object readResolve() throws ObjectStreamException {
        try {
            return KafkaQueue.openPassed(QueueAddress.of(address), name, id, codec);
        } catch (IOException | RuntimeException e) {
            InvalidObjectException invalid =
                    new InvalidObjectException("the queue that was passed on cannot be opened: " + e.getMessage());
            invalid.initCause(e);
            throw invalid;
        }
    }
}
