// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.Codec;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueStats;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A queue of a manager on this machine: its file, opened here. The server only knows that somebody holds it.
 *
 * <p>When the server is gone the file is closed here, so that this proxy fails like all others.
 */
class LocalQueue<E> extends ManagedQueue<E> {

    private static final long serialVersionUID = 1L;

    private final transient SharedQueue<E> queue;
    private final transient Link link;
    private final transient Runnable closing;

    LocalQueue(Reference reference, Codec<E> codec, SharedQueue<E> queue) {
        super(reference, codec);
        this.queue = queue;
        this.link = reference.link();
        this.closing = queue::close;
        link.whenGone(closing);
    }

    /** A queue that was closed or deleted because the server is gone says so; it may be gone before this process noticed. */
    final RuntimeException over(QueueClosedException e) {
        if (!reference.isClosed()) {
            link.call("ping");
        }
        return e;
    }

    @Override
    public void put(E element) throws InterruptedException {
        try {
            queue.put(element);
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    boolean putWithin(E element, @Nullable Duration timeout) throws InterruptedException {
        try {
            if (timeout != null) {
                return queue.put(element, timeout);
            }
            queue.put(element);
            return true;
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    boolean offerNow(E element) {
        try {
            return queue.offer(element);
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    public void putAll(Collection<? extends E> elements) throws InterruptedException {
        try {
            queue.putAll(elements);
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    public E get() throws InterruptedException {
        try {
            return queue.get();
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    @Nullable
    E takeWithin(@Nullable Duration timeout) throws InterruptedException {
        try {
            return timeout == null ? queue.get() : queue.get(timeout);
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    public @Nullable E getNow() {
        try {
            return queue.getNow();
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the queue itself, not one that equals it
    public int drainTo(Collection<? super E> target, int max) {
        if (target == this) {
            throw new IllegalArgumentException("a queue cannot be drained to itself");
        }
        try {
            return queue.drainTo(target, max);
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    boolean joinWithin(@Nullable Duration timeout) throws InterruptedException {
        try {
            if (timeout != null) {
                return queue.join(timeout);
            }
            queue.join();
            return true;
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    /** For calls that do not wait. */
    private SharedQueue<E> attached() {
        link.requireThere();
        return queue;
    }

    @Override
    public Iterator<E> iterator() {
        return attached().iterator();
    }

    @Override
    public long qsize() {
        return attached().qsize();
    }

    @Override
    public boolean empty() {
        return attached().empty();
    }

    @Override
    public boolean full() {
        return attached().full();
    }

    @Override
    public void taskDone() {
        attached().taskDone();
    }

    @Override
    public void shutdown() {
        attached().shutdown();
    }

    @Override
    public boolean isShutdown() {
        return attached().isShutdown();
    }

    @Override
    public QueueStats stats() {
        return attached().stats();
    }

    @Override
    public void delete() {
        attached().delete();
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
    public void close() {
        link.forget(closing);
        queue.close();
        reference.close();
    }
}
