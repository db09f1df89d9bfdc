// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.Deadline;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reduces the methods of the JDK's queues and of Python's to a few that an engine has: put, take, drain and look, until
 * a deadline.
 *
 * @param <E> the type of the elements
 */
abstract class AbstractSharedQueue<E> extends SharedQueueLook<E> {

    /** Puts an element before the deadline; false if there was no room. */
    abstract boolean putUntil(E element, long deadline) throws InterruptedException;

    /** Puts elements, none of them null, in order. */
    abstract void putEach(List<? extends E> elements) throws InterruptedException;

    /**
     * Takes an element before the deadline; null if none came.
     *
     * @throws QueueShutdownException if none will ever come
     */
    abstract @Nullable E takeUntil(long deadline) throws InterruptedException;

    /** Takes at most {@code max} elements that are there. */
    abstract int takeInto(Collection<? super E> target, int max);

    /** Waits until no element is unfinished; false if some still are at the deadline. */
    abstract boolean joinUntil(long deadline) throws InterruptedException;

    abstract long maxSize();

    /** What waits takes notice of an interrupt before it begins; what does not wait takes none. */
    static void checkInterrupt(long deadline) throws InterruptedException {
        if (deadline != Deadline.NOW && Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    // ---- put --------------------------------------------------------------------------------------------------------

    @Override
    public void put(E element) throws InterruptedException {
        putUntil(Objects.requireNonNull(element, "element"), Deadline.NEVER);
    }

    @Override
    public boolean put(E element, Duration timeout) throws InterruptedException {
        return putUntil(Objects.requireNonNull(element, "element"), Deadline.in(timeout));
    }

    @Override
    public boolean offer(E element) {
        Objects.requireNonNull(element, "element");
        try {
            return putUntil(element, Deadline.NOW);
        } catch (InterruptedException e) {
            throw new AssertionError("does not wait", e);
        }
    }

    @Override
    public void putAll(Collection<? extends E> elements) throws InterruptedException {
        putEach(List.copyOf(elements));
    }

    // ---- take -------------------------------------------------------------------------------------------------------

    @Override
    public E get() throws InterruptedException {
        E element = takeUntil(Deadline.NEVER);
        if (element == null) {
            throw new IllegalStateException("a wait without end has ended");
        }
        return element;
    }

    @Override
    public @Nullable E get(Duration timeout) throws InterruptedException {
        return takeUntil(Deadline.in(timeout));
    }

    @Override
    public @Nullable E getNow() {
        try {
            return takeUntil(Deadline.NOW);
        } catch (InterruptedException e) {
            throw new AssertionError("does not wait", e);
        }
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the queue itself, not one that equals it
    public int drainTo(Collection<? super E> target, int max) {
        Objects.requireNonNull(target, "target");
        if (target == this) {
            throw new IllegalArgumentException("a queue cannot be drained to itself");
        }
        return max <= 0 ? 0 : takeInto(target, max);
    }

    // ---- look -------------------------------------------------------------------------------------------------------

    @Override
    public boolean full() {
        return qsize() >= maxSize();
    }

    @Override
    public int remainingCapacity() {
        return (int) Math.min(Math.max(0, maxSize() - qsize()), Integer.MAX_VALUE);
    }

    // ---- tasks ------------------------------------------------------------------------------------------------------

    @Override
    public void join() throws InterruptedException {
        joinUntil(Deadline.NEVER);
    }

    @Override
    public boolean join(Duration timeout) throws InterruptedException {
        return joinUntil(Deadline.in(timeout));
    }
}
