// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static java.util.Objects.requireNonNull;

import io.ipcq.codec.Codec;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Makes the proxy for a reference. */
final class Proxies {

    private Proxies() {}

    static Object make(
            Reference reference, @Nullable Codec<?> first, @Nullable Codec<?> second, @Nullable Class<?> own) {
        return switch (reference.type()) {
            case QUEUE -> queue(reference, requireNonNull(first));
            case DURABLE_QUEUE -> durableQueue(reference, requireNonNull(first));
            case MAP -> new RemoteMap<>(reference, requireNonNull(first), requireNonNull(second));
            case NAMESPACE -> new Namespace(reference);
            case SET -> new RemoteSet<>(reference, requireNonNull(first));
            case LIST -> new RemoteList<>(reference, requireNonNull(first));
            case VALUE -> new SharedValue<>(reference, requireNonNull(first));
            case ARRAY -> new SharedArray<>(reference, requireNonNull(first));
            case COUNTER -> new SharedCounter(reference);
            case LOCK -> new SharedLock(reference);
            case SEMAPHORE -> new SharedSemaphore(reference);
            case LATCH -> new SharedLatch(reference);
            case EVENT -> new SharedEvent(reference);
            case BARRIER -> new SharedBarrier(reference);
            case OBJECT -> OwnProxy.make(reference, requireNonNull(own));
        };
    }

    /**
     * On the machine of the manager the proxy opens the queue's file. Elsewhere, or if the file cannot be reached, it
     * talks to the server.
     */
    static <E> SharedQueue<E> queue(Reference reference, Codec<E> codec) {
        if (reference.link().isLocal()) {
            try {
                return new LocalQueue<>(
                        reference,
                        codec,
                        SharedQueue.builder(codec)
                                .closedWhenUnreachable(reference.isPassed())
                                .open(reference.directory()));
            } catch (IOException unreachable) {
                // another mount namespace, for instance
            }
        }
        return new RemoteQueue<>(reference, codec);
    }

    static <E> DurableQueue<E> durableQueue(Reference reference, Codec<E> codec) {
        if (reference.link().isLocal()) {
            try {
                return new LocalDurableQueue<>(
                        reference,
                        codec,
                        DurableQueue.builder(codec)
                                .closedWhenUnreachable(reference.isPassed())
                                .open(reference.directory()));
            } catch (IOException unreachable) {
                // as above
            }
        }
        return new RemoteDurableQueue<>(reference, codec);
    }
}
