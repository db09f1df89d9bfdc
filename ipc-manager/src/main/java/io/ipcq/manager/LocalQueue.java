// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.Codec;
import io.ipcq.manager.wire.Operation.OfServer;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueStats;
import io.ipcq.queue.SharedQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.function.Consumer;
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
    private transient volatile boolean closed;

    LocalQueue(Reference reference, Codec<E> codec, SharedQueue<E> queue) {
        super(reference, codec);
        this.queue = queue;
        this.link = reference.link();
        reference.whenGone(closing(queue, reference.isPassed()));
    }

    /** What closes the queue when the server is gone. It must not keep the queue of a passed proxy reachable. */
    private static Runnable closing(SharedQueue<?> queue, boolean passed) {
        if (!passed) {
            return queue::close;
        }
        WeakReference<SharedQueue<?>> there = new WeakReference<>(queue);
        return () -> {
            SharedQueue<?> kept = there.get();
            if (kept != null) {
                kept.close();
            }
        };
    }

    /**
     * The failure of a queue that was closed or deleted. If that is because the server is gone, the call here says so;
     * the server may be gone before this process has noticed.
     */
    private RuntimeException over(QueueClosedException e) {
        if (!closed) {
            link.call(OfServer.PING);
        }
        return e;
    }

    /**
     * The queue, as long as the server is there. Once a caller was told that the server is gone, the queue must not go
     * on.
     */
    private SharedQueue<E> there() {
        requireThere();
        return queue;
    }

    /** A queue that was closed here says so itself. */
    private void requireThere() {
        if (!closed) {
            link.requireThere();
        }
    }

    /** Something that is asked of a queue. */
    @FunctionalInterface
    interface Question<Q, T, X extends Exception> {
        T ask(Q queue) throws X;
    }

    final <Q, T, X extends Exception> T ask(Q queue, Question<Q, T, X> question) throws X {
        requireThere();
        try {
            return question.ask(queue);
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    private void tell(Consumer<SharedQueue<E>> action) {
        ask(queue, there -> {
            action.accept(there);
            return true;
        });
    }

    @Override
    public void put(E element) throws InterruptedException {
        try {
            there().put(element);
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    boolean putWithin(E element, @Nullable Duration timeout) throws InterruptedException {
        try {
            if (timeout != null) {
                return there().put(element, timeout);
            }
            there().put(element);
            return true;
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    boolean offerNow(E element) {
        try {
            return there().offer(element);
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    public void putAll(Collection<? extends E> elements) throws InterruptedException {
        try {
            there().putAll(elements);
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    public E get() throws InterruptedException {
        try {
            return there().get();
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    @Nullable
    E takeWithin(@Nullable Duration timeout) throws InterruptedException {
        try {
            return timeout == null ? there().get() : there().get(timeout);
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        try {
            return there().awaitReady(timeout);
        } catch (QueueClosedException | ManagerGoneException over) {
            return true;
        }
    }

    @Override
    public @Nullable E getNow() {
        try {
            return there().getNow();
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    int takeInto(Collection<? super E> target, int max) {
        try {
            return there().drainTo(target, max);
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    boolean joinWithin(@Nullable Duration timeout) throws InterruptedException {
        try {
            if (timeout != null) {
                return there().join(timeout);
            }
            there().join();
            return true;
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    public Iterator<E> iterator() {
        return ask(queue, SharedQueue::iterator);
    }

    @Override
    public long qsize() {
        return ask(queue, SharedQueue::qsize);
    }

    @Override
    public boolean empty() {
        return ask(queue, SharedQueue::empty);
    }

    @Override
    public boolean full() {
        return ask(queue, SharedQueue::full);
    }

    @Override
    public void taskDone() {
        tell(SharedQueue::taskDone);
    }

    @Override
    public void shutdown() {
        tell(SharedQueue::shutdown);
    }

    @Override
    public boolean isShutdown() {
        return ask(queue, SharedQueue::isShutdown);
    }

    @Override
    public QueueStats stats() {
        return ask(queue, SharedQueue::stats);
    }

    @Override
    public void delete() {
        tell(SharedQueue::delete);
        close();
    }

    @Override
    public boolean isClosed() {
        return closed || link.isGone() || queue.isClosed();
    }

    @Override
    public void close() {
        closed = true;
        queue.close();
        reference.close();
    }
}
