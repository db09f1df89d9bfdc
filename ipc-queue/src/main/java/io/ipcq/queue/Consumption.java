// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The elements of a queue as they come, until it is shut down and drained. */
final class Consumption<E> implements Iterator<E> {

    private final SharedQueue<E> queue;
    private @Nullable E next;

    Consumption(SharedQueue<E> queue) {
        this.queue = queue;
    }

    @Override
    public boolean hasNext() {
        if (next == null) {
            next = await();
        }
        return next != null;
    }

    private @Nullable E await() {
        try {
            return queue.get();
        } catch (QueueShutdownException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IpcException("interrupted while waiting for an element; the thread's interrupt is still set", e);
        }
    }

    @Override
    public E next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the queue is shut down and drained");
        }
        E element = Objects.requireNonNull(next);
        next = null;
        return element;
    }
}
