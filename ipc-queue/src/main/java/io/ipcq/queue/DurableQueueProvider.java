// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.IOException;

/**
 * Opens durable queues at addresses of one scheme. A jar on the class path provides one by naming it in {@code
 * META-INF/services/io.ipcq.queue.DurableQueueProvider}; {@link DurableQueue#open(java.net.URI, Class)} finds it there.
 *
 * <p>Thread-safe: implementations must be. Process-safe: what it opens has to be {@link java.io.Serializable} as a
 * {@link io.ipcq.Handle}. Survives a crash: the provider documents what survives in its queues.
 */
public interface DurableQueueProvider {

    /** The scheme of its addresses, in lower case. */
    String scheme();

    /**
     * Opens a queue, or creates it if the request says so.
     *
     * @throws java.nio.file.NoSuchFileException if there is none, and none is to be created
     * @throws IllegalArgumentException if the address does not belong to this provider, if the queue has another codec
     *     or another value for an option that was chosen, or if such queues cannot have an option that was chosen
     * @throws IOException if the server of the queue cannot be reached, or refuses
     */
    <E> DurableQueue<E> open(QueueAddress address, DurableQueueRequest<E> request) throws IOException;

    /**
     * The {@link io.ipcq.codec.Codec#id() id} of the codec of a queue that is there, for tools that do not know its
     * type.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IllegalArgumentException if the address is none of its own
     * @throws IOException if who has the queue cannot be reached, or refuses
     */
    String codecId(QueueAddress address) throws IOException;
}
