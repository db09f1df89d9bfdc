// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.Codec;
import io.ipcq.queue.QueueStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A queue whose elements pass through the server. */
class RemoteQueue<E> extends ManagedQueue<E> {

    private static final long serialVersionUID = 1L;

    private static final int BATCH = 256;

    RemoteQueue(Reference reference, Codec<E> codec) {
        super(reference, codec);
    }

    private @Nullable Object wire(E element) {
        return EncodedElements.wire(codec, element);
    }

    final @Nullable E value(@Nullable Object wire) {
        return EncodedElements.value(codec, wire);
    }

    @Override
    boolean putWithin(E element, @Nullable Duration timeout) throws InterruptedException {
        Long millis = Reference.millis(timeout);
        return Boolean.TRUE.equals(reference.await(millis, "put", wire(element), millis));
    }

    @Override
    boolean offerNow(E element) {
        return reference.flag("put", wire(element), 0);
    }

    @Override
    public void putAll(Collection<? extends E> elements) throws InterruptedException {
        List<@Nullable Object> wire = new ArrayList<>();
        List.copyOf(elements).forEach(element -> wire.add(wire(element)));
        int from = 0;
        while (from < wire.size()) {
            List<@Nullable Object> batch = wire.subList(from, Math.min(wire.size(), from + BATCH));
            int put = (int) reference.number("putAll", batch);
            from += put;
            if (put < batch.size()) {
                reference.await(null, "put", wire.get(from++), null); // waits for room
            }
        }
    }

    @Override
    @Nullable
    E takeWithin(@Nullable Duration timeout) throws InterruptedException {
        Long millis = Reference.millis(timeout);
        return value(reference.take(millis, "get", millis, true));
    }

    @Override
    public @Nullable E getNow() {
        return value(reference.takeNow("get", 0, true));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the queue itself, not one that equals it
    public int drainTo(Collection<? super E> target, int max) {
        if (target == this) {
            throw new IllegalArgumentException("a queue cannot be drained to itself");
        }
        int drained = 0;
        while (drained < max) {
            Object batch = reference.takeNow("drain", Math.min(BATCH, max - drained), true);
            if (!(batch instanceof List<?> elements) || elements.isEmpty()) {
                break;
            }
            elements.forEach(element -> target.add(value(element)));
            drained += elements.size();
        }
        return drained;
    }

    @Override
    public @Nullable E peek() {
        List<E> first = items(1);
        return first.isEmpty() ? null : first.get(0);
    }

    @Override
    public Iterator<E> iterator() {
        return items(Integer.MAX_VALUE).iterator();
    }

    private List<E> items(int max) {
        List<E> elements = new ArrayList<>();
        if (reference.call("items", max) instanceof List<?> items) {
            items.forEach(item -> elements.add(value(item)));
        }
        return List.copyOf(elements);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public boolean full() {
        return reference.flag("full");
    }

    @Override
    public long qsize() {
        return reference.number("size");
    }

    @Override
    public void taskDone() {
        reference.call("taskDone");
    }

    @Override
    boolean joinWithin(@Nullable Duration timeout) throws InterruptedException {
        Long millis = Reference.millis(timeout);
        return Boolean.TRUE.equals(reference.await(millis, "join", millis));
    }

    @Override
    public void shutdown() {
        reference.call("shutdown");
    }

    @Override
    public boolean isShutdown() {
        return reference.flag("isShutdown");
    }

    @Override
    public QueueStats stats() {
        Map<?, ?> stats = reference.call("stats") instanceof Map<?, ?> map ? map : Map.of();
        return new QueueStats(
                number(stats, "size"),
                number(stats, "maxSize"),
                number(stats, "put"),
                number(stats, "taken"),
                number(stats, "leased"),
                number(stats, "unburied"),
                number(stats, "unfinished"),
                (int) number(stats, "members"),
                number(stats, "storageBytes"),
                Boolean.TRUE.equals(stats.get("shutdown")));
    }

    static long number(Map<?, ?> wire, String name) {
        return wire.get(name) instanceof Number number ? number.longValue() : 0;
    }

    @Override
    public void delete() {
        reference.call("delete");
    }

    @Override
    public void close() {
        reference.close();
    }
}
