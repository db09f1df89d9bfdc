// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static java.util.Objects.requireNonNull;

import io.ipcq.Excerpt;
import io.ipcq.manager.wire.Operation.OfMap;
import io.ipcq.manager.wire.Page;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The keys of a map of a manager. Each call is atomic and writes through; iterators and streams show a snapshot. */
class RemoteKeys<K> extends AbstractSet<K> {

    final transient Reference reference;
    final transient KeyCodec<K> keys;

    RemoteKeys(Reference reference, KeyCodec<K> keys) {
        this.reference = reference;
        this.keys = keys;
    }

    private static List<?> wires(Page page) {
        return page.items().stream().map(pair -> ((List<?>) pair).get(0)).toList();
    }

    private List<K> snapshot() {
        List<K> snapshot = new ArrayList<>();
        wires(Pages.all(reference, OfMap.PAGE)).forEach(wire -> snapshot.add(keys.key(wire)));
        return snapshot;
    }

    /** The encodings of those elements that could be in here. */
    private List<Object> anyWires(Collection<?> elements) {
        return elements.stream()
                .filter(Objects::nonNull)
                .map(keys::anyWire)
                .filter(Objects::nonNull)
                .map(Object.class::cast)
                .toList();
    }

    @Override
    public int size() {
        return (int) reference.number(OfMap.SIZE);
    }

    @Override
    public void clear() {
        reference.call(OfMap.CLEAR);
    }

    @Override
    public boolean contains(@Nullable Object key) {
        Object wire = key == null ? null : keys.anyWire(key);
        return wire != null && reference.flag(OfMap.CONTAINS_KEY, wire);
    }

    @Override
    public boolean containsAll(Collection<?> elements) {
        List<?> asked = new ArrayList<>(elements);
        List<Object> wires = anyWires(asked);
        return wires.size() == asked.size() && reference.flag(OfMap.CONTAINS_ALL, wires);
    }

    @Override
    public boolean remove(@Nullable Object key) {
        Object wire = key == null ? null : keys.anyWire(key);
        return wire != null && reference.call(OfMap.REMOVE, wire) != null;
    }

    @Override
    public boolean removeAll(Collection<?> elements) {
        return reference.number(OfMap.REMOVE_ALL, anyWires(elements)) > 0;
    }

    @Override
    public boolean retainAll(Collection<?> elements) {
        return reference.number(OfMap.RETAIN_ALL, anyWires(elements)) > 0;
    }

    /** Worked out here, and tried again if another client came between. */
    @Override
    public boolean removeIf(Predicate<? super K> filter) {
        requireNonNull(filter, "filter");
        while (true) {
            Page page = Pages.all(reference, OfMap.PAGE);
            List<?> matching = wires(page).stream()
                    .filter(wire -> filter.test(keys.key(wire)))
                    .toList();
            if (matching.isEmpty() || reference.call(OfMap.REMOVE_ALL, matching, page.version()) != null) {
                return !matching.isEmpty();
            }
        }
    }

    @Override
    public Iterator<K> iterator() {
        return new SnapshotCursor<>(snapshot().iterator(), key -> key, this::remove);
    }

    @Override
    public Spliterator<K> spliterator() {
        return Spliterators.spliterator(snapshot(), Spliterator.DISTINCT | Spliterator.NONNULL);
    }

    @Override
    public Object[] toArray() {
        return snapshot().toArray();
    }

    @Override
    public <T> T[] toArray(T[] array) {
        return snapshot().toArray(array);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this || new HashSet<>(snapshot()).equals(other);
    }

    @Override
    public int hashCode() {
        return new HashSet<>(snapshot()).hashCode();
    }

    /** The first few, and how many there are. */
    @Override
    public String toString() {
        List<K> snapshot = snapshot();
        return Excerpt.of(snapshot.iterator(), snapshot.size());
    }
}
