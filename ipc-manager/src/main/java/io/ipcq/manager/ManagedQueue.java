// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.Codec;
import io.ipcq.queue.SharedQueueLook;
import java.io.ObjectStreamException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A queue of a manager. There are two kinds: one on the queue's file, and one that talks to the server.
 *
 * @param <E> the type of the elements
 */
abstract class ManagedQueue<E> extends SharedQueueLook<E> {

    private static final long serialVersionUID = 1L;

    final transient Reference reference;
    final transient Codec<E> codec;

    ManagedQueue(Reference reference, Codec<E> codec) {
        this.reference = reference;
        this.codec = codec;
    }

    /** Puts an element; null waits for ever. */
    abstract boolean putWithin(E element, @Nullable Duration timeout) throws InterruptedException;

    /** Takes an element; null waits for ever. */
    abstract @Nullable E takeWithin(@Nullable Duration timeout) throws InterruptedException;

    /** Does not wait, and takes no notice of an interrupt. */
    abstract boolean offerNow(E element);

    abstract boolean joinWithin(@Nullable Duration timeout) throws InterruptedException;

    @Override
    public void put(E element) throws InterruptedException {
        putWithin(Objects.requireNonNull(element, "element"), null);
    }

    @Override
    public boolean put(E element, Duration timeout) throws InterruptedException {
        return putWithin(Objects.requireNonNull(element, "element"), Objects.requireNonNull(timeout, "timeout"));
    }

    @Override
    public boolean offer(E element) {
        return offerNow(Objects.requireNonNull(element, "element"));
    }

    @Override
    public E get() throws InterruptedException {
        return Objects.requireNonNull(takeWithin(null));
    }

    @Override
    public @Nullable E get(Duration timeout) throws InterruptedException {
        return takeWithin(Objects.requireNonNull(timeout, "timeout"));
    }

    /** Takes the elements that are there, at most so many; none if {@code max} is not positive. */
    abstract int takeInto(Collection<? super E> target, int max);

    @Override
    @SuppressWarnings("ReferenceEquality") // the queue itself, not one that equals it
    public int drainTo(Collection<? super E> target, int max) {
        Objects.requireNonNull(target, "target");
        if (target == this) {
            throw new IllegalArgumentException("a queue cannot be drained to itself");
        }
        return takeInto(target, max);
    }

    @Override
    public int remainingCapacity() {
        return full() ? 0 : (int) Math.min(Integer.MAX_VALUE, Math.max(0, stats().maxSize() - qsize()));
    }

    @Override
    public void join() throws InterruptedException {
        joinWithin(null);
    }

    @Override
    public boolean join(Duration timeout) throws InterruptedException {
        return joinWithin(Objects.requireNonNull(timeout, "timeout"));
    }

    @Override
    public Path directory() {
        return reference.directory();
    }

    @Override
    public String codecId() {
        return codec.id();
    }

    /** What travels is the recipe for a proxy. */
    final Object writeReplace() throws ObjectStreamException {
        return reference.handle(codec, null);
    }
}
