// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.Excerpt;
import java.util.AbstractQueue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What all queues have in common who looks at them without taking, for who writes one: it needs an iterator and a size.
 *
 * <p>Thread-safe and process-safe as the queue is. Survives a crash: it has no state.
 *
 * @param <E> the type of the elements
 */
public abstract class SharedQueueLook<E> extends AbstractQueue<E> implements SharedQueue<E> {

    private static final long serialVersionUID = 1L;

    /** For queues. */
    protected SharedQueueLook() {}

    @Override
    public @Nullable E peek() {
        // closed, as an abandoned iterator would keep what it reads from
        try (Stream<E> elements = stream()) {
            return elements.findFirst().orElse(null);
        }
    }

    @Override
    public boolean contains(@Nullable Object element) {
        try (Stream<E> elements = stream()) {
            return elements.anyMatch(each -> each.equals(element));
        }
    }

    /** The first few elements, and how many there are; never an exception, as it is for logs and debuggers. */
    @Override
    public String toString() {
        try (Stream<E> elements = stream()) {
            return Excerpt.of(elements.iterator(), qsize());
        } catch (RuntimeException e) {
            return "[" + e.getMessage() + "]";
        }
    }

    /** Of unknown size, as others put and take meanwhile. */
    @Override
    public Spliterator<E> spliterator() {
        return Spliterators.spliteratorUnknownSize(
                iterator(), Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.CONCURRENT);
    }

    @Override
    public boolean isEmpty() {
        return empty();
    }

    @Override
    public int size() {
        return (int) Math.min(qsize(), Integer.MAX_VALUE);
    }

    /** A queue is equal to itself only. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
