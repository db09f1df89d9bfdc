// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.util.Iterator;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a snapshot, and removes from the collection itself.
 *
 * @param <E> of the snapshot
 * @param <T> what is shown of each
 */
final class SnapshotCursor<E, T> implements Iterator<T> {

    private final Iterator<E> snapshot;
    private final Function<E, T> part;
    private final Consumer<E> remover;
    private @Nullable E last;

    SnapshotCursor(Iterator<E> snapshot, Function<E, T> part, Consumer<E> remover) {
        this.snapshot = snapshot;
        this.part = part;
        this.remover = remover;
    }

    @Override
    public boolean hasNext() {
        return snapshot.hasNext();
    }

    @Override
    public T next() {
        E next = snapshot.next();
        last = next;
        return part.apply(next);
    }

    @Override
    public void remove() {
        if (last == null) {
            throw new IllegalStateException("there is no last element: next comes first");
        }
        remover.accept(last);
        last = null;
    }
}
