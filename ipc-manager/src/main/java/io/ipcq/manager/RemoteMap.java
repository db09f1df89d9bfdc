// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static java.util.Objects.requireNonNull;

import io.ipcq.Excerpt;
import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.manager.wire.EncodedElements;
import io.ipcq.manager.wire.Operation.OfMap;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.Spliterator;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A map of a manager. Each call is atomic. Views write through, as those of the JDK; iterators and streams show a
 * snapshot.
 */
final class RemoteMap<K, V> extends AbstractMap<K, V> implements ConcurrentMap<K, V>, ProxyEnd, Serializable {

    private static final long serialVersionUID = 1L;

    private final transient Reference reference;
    private final transient KeyCodec<K> keys;
    private final transient Codec<V> values;

    RemoteMap(Reference reference, Codec<K> keys, Codec<V> values) {
        this.reference = reference;
        this.keys = KeyCodec.of(keys);
        this.values = requireNonNull(values, "values");
    }

    @SuppressWarnings("unchecked")
    private @Nullable Object anyValue(Object value) {
        try {
            return EncodedElements.wire(values, (V) value);
        } catch (CodecException | ClassCastException e) {
            return null;
        }
    }

    private Object wire(V value) {
        return requireNonNull(
                EncodedElements.wire(values, requireNonNull(value, "value")), "a value that is null in JSON");
    }

    private @Nullable V value(@Nullable Object wire) {
        return EncodedElements.value(values, wire);
    }

    @Override
    public @Nullable V get(Object key) {
        Object wire = keys.anyWire(key);
        return wire == null ? null : value(reference.call(OfMap.GET, wire));
    }

    @Override
    public V getOrDefault(Object key, V fallback) {
        V value = get(key);
        return value == null ? fallback : value;
    }

    @Override
    public @Nullable V put(K key, V value) {
        return value(reference.call(OfMap.PUT, keys.wire(key), wire(value)));
    }

    @Override
    public void putAll(Map<? extends K, ? extends V> entries) {
        List<Object> pairs = new ArrayList<>();
        entries.forEach((key, value) -> pairs.add(List.of(keys.wire(key), wire(value))));
        reference.call(OfMap.PUT_ALL, pairs);
    }

    @Override
    public @Nullable V remove(Object key) {
        Object wire = keys.anyWire(key);
        return wire == null ? null : value(reference.call(OfMap.REMOVE, wire));
    }

    @Override
    public @Nullable V putIfAbsent(K key, V value) {
        return value(reference.call(OfMap.PUT_IF_ABSENT, keys.wire(key), wire(value)));
    }

    @Override
    public @Nullable V replace(K key, V value) {
        return value(reference.call(OfMap.REPLACE, keys.wire(key), wire(value)));
    }

    /*
     * Equal values may have different encodings, and a codec may encode the same value differently each time. So the
     * server only compares encodings that it has given out itself. Whether such a value equals another one is found out
     * here.
     */

    @Override
    public boolean remove(Object key, @Nullable Object value) {
        Object wire = keys.anyWire(key);
        Object there = wire == null || value == null ? null : reference.call(OfMap.GET, wire);
        while (there != null && Objects.deepEquals(value(there), value)) {
            if (reference.flag(OfMap.REMOVE_VALUE, wire, there)) {
                return true;
            }
            there = reference.call(OfMap.GET, wire);
        }
        return false;
    }

    @Override
    public boolean replace(K key, V expected, V value) {
        requireNonNull(expected, "expected");
        Object wire = keys.wire(key);
        Object after = wire(value);
        Object there = reference.call(OfMap.GET, wire);
        while (there != null && Objects.deepEquals(value(there), expected)) {
            if (reference.flag(OfMap.REPLACE_VALUE, wire, there, after)) {
                return true;
            }
            there = reference.call(OfMap.GET, wire);
        }
        return false;
    }

    /**
     * Computes a value from the one that is there. Tries again as long as another thread comes between. Null removes
     * the value.
     */
    private @Nullable V change(K key, Function<@Nullable V, @Nullable V> function) {
        Object wire = keys.wire(key);
        while (true) {
            Object there = reference.call(OfMap.GET, wire);
            V after = function.apply(value(there));
            boolean done;
            if (after == null) {
                done = there == null || reference.flag(OfMap.REMOVE_VALUE, wire, there);
            } else if (there == null) {
                done = reference.call(OfMap.PUT_IF_ABSENT, wire, wire(after)) == null;
            } else {
                done = reference.flag(OfMap.REPLACE_VALUE, wire, there, wire(after));
            }
            if (done) {
                return after;
            }
        }
    }

    @Override
    public @Nullable V compute(K key, BiFunction<? super K, ? super @Nullable V, ? extends @Nullable V> function) {
        requireNonNull(function, "function");
        return change(key, before -> function.apply(key, before));
    }

    @Override
    public @Nullable V computeIfPresent(K key, BiFunction<? super K, ? super V, ? extends @Nullable V> function) {
        requireNonNull(function, "function");
        return change(key, before -> before == null ? null : function.apply(key, before));
    }

    @Override
    public @Nullable V merge(K key, V value, BiFunction<? super V, ? super V, ? extends @Nullable V> function) {
        requireNonNull(value, "value");
        requireNonNull(function, "function");
        return change(key, before -> before == null ? value : function.apply(before, value));
    }

    @Override
    public void replaceAll(BiFunction<? super K, ? super V, ? extends V> function) {
        requireNonNull(function, "function");
        for (K key : keySet()) {
            change(key, before -> before == null ? null : requireNonNull(function.apply(key, before), "value"));
        }
    }

    @Override
    public boolean containsKey(Object key) {
        Object wire = keys.anyWire(key);
        return wire != null && reference.flag(OfMap.CONTAINS_KEY, wire);
    }

    @Override
    public boolean containsValue(Object value) {
        requireNonNull(value, "value");
        Object wire = anyValue(value);
        return (wire != null && reference.flag(OfMap.CONTAINS_VALUE, wire))
                || snapshot().values().stream().anyMatch(each -> Objects.deepEquals(each, value));
    }

    @Override
    public int size() {
        return (int) reference.number(OfMap.SIZE);
    }

    @Override
    public void clear() {
        reference.call(OfMap.CLEAR);
    }

    private Map<K, V> snapshot() {
        Map<K, V> entries = new LinkedHashMap<>();
        for (Object pair : Pages.all(reference, OfMap.PAGE).items()) {
            List<?> two = (List<?>) pair;
            entries.put(keys.key(two.get(0)), requireNonNull(value(two.get(1))));
        }
        return Collections.unmodifiableMap(entries);
    }

    // ---- views ------------------------------------------------------------------------------------------------------

    @Override
    public Set<Entry<K, V>> entrySet() {
        return new Entries();
    }

    @Override
    public Set<K> keySet() {
        return new RemoteKeys<>(reference, keys);
    }

    @Override
    public Collection<V> values() {
        return new Values();
    }

    private final class Entries extends AbstractSet<Entry<K, V>> {

        @Override
        public Iterator<Entry<K, V>> iterator() {
            return cursor(WrittenThrough::new);
        }

        @Override
        public Spliterator<Entry<K, V>> spliterator() {
            return snapshot().entrySet().spliterator();
        }

        @Override
        public int size() {
            return RemoteMap.this.size();
        }

        @Override
        public boolean contains(Object other) {
            return other instanceof Entry<?, ?> entry
                    && entry.getKey() != null
                    && entry.getValue() != null
                    && Objects.deepEquals(get(entry.getKey()), entry.getValue());
        }

        @Override
        public boolean remove(Object other) {
            return other instanceof Entry<?, ?> entry
                    && entry.getKey() != null
                    && RemoteMap.this.remove(entry.getKey(), entry.getValue());
        }

        @Override
        public void clear() {
            RemoteMap.this.clear();
        }
    }

    private final class Values extends AbstractCollection<V> {

        @Override
        public Iterator<V> iterator() {
            return cursor(Entry::getValue);
        }

        @Override
        public Spliterator<V> spliterator() {
            return snapshot().values().spliterator();
        }

        @Override
        public int size() {
            return RemoteMap.this.size();
        }

        @Override
        public boolean contains(@Nullable Object value) {
            return value != null && containsValue(value);
        }

        @Override
        public void clear() {
            RemoteMap.this.clear();
        }
    }

    private <T> Iterator<T> cursor(Function<Entry<K, V>, T> part) {
        return new SnapshotCursor<>(snapshot().entrySet().iterator(), part, entry -> remove(entry.getKey()));
    }

    private final class WrittenThrough extends SimpleEntry<K, V> {

        private static final long serialVersionUID = 1L;

        WrittenThrough(Entry<K, V> entry) {
            super(entry);
        }

        @Override
        public V setValue(V value) {
            put(getKey(), value);
            return super.setValue(value);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this || snapshot().equals(other);
    }

    @Override
    public int hashCode() {
        return snapshot().hashCode();
    }

    /** The first few entries, and how many there are. */
    @Override
    public String toString() {
        return Excerpt.of(snapshot());
    }

    @Override
    public Reference reference() {
        return reference;
    }

    private Object writeReplace() throws ObjectStreamException {
        return reference.handle(keys.codec(), values);
    }
}
