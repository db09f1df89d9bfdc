// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static java.util.Objects.requireNonNull;

import io.ipcq.codec.Codec;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Makes the proxy for a reference, by its type. */
final class Proxies {

    private Proxies() {}

    static Object make(
            Reference reference,
            String type,
            @Nullable Codec<?> first,
            @Nullable Codec<?> second,
            @Nullable Class<?> own) {
        return switch (type) {
            case "queue" -> queue(reference, requireNonNull(first));
            case "durableQueue" -> durableQueue(reference, requireNonNull(first));
            case "map" -> new RemoteMap<>(reference, requireNonNull(first), requireNonNull(second));
            case "namespace" -> new Namespace(reference);
            case "set" -> new RemoteSet<>(reference, requireNonNull(first));
            case "list" -> new RemoteList<>(reference, requireNonNull(first));
            case "value" -> new SharedValue<>(reference, requireNonNull(first));
            case "array" -> new SharedArray<>(reference, requireNonNull(first));
            case "counter" -> new SharedCounter(reference);
            case "lock" -> new SharedLock(reference);
            case "semaphore" -> new SharedSemaphore(reference);
            case "latch" -> new SharedLatch(reference);
            case "event" -> new SharedEvent(reference);
            case "barrier" -> new SharedBarrier(reference);
            case "object" -> OwnProxy.make(reference, requireNonNull(own));
            default -> throw new IllegalArgumentException("there is no such type: type=" + type);
        };
    }

    /** On one machine the queue's file itself; anywhere else, and where it cannot be reached, through the server. */
    private static <E> SharedQueue<E> queue(Reference reference, Codec<E> codec) {
        if (reference.link().isLocal()) {
            try {
                return new LocalQueue<>(
                        reference,
                        codec,
                        SharedQueue.builder(codec)
                                .closedWhenUnreachable(reference.isPassed())
                                .open(directory(reference)));
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
                                .open(directory(reference)));
            } catch (IOException unreachable) {
                // as above
            }
        }
        return new RemoteDurableQueue<>(reference, codec);
    }

    static Path directory(Reference reference) {
        return Path.of(reference.about("directory"));
    }
}
