// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static java.util.Objects.requireNonNull;

import io.ipcq.codec.Codec;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** A map of a manager. Each call is atomic; views and iterators show a snapshot and do not write through. */
final class RemoteMap<K, V> extends AbstractMap<K, V> implements ConcurrentMap<K, V>, AutoCloseable, Serializable {

    private static final long serialVersionUID = 1L;

    private final transient Reference reference;
    private final transient Codec<K> keys;
    private final transient Codec<V> values;

    RemoteMap(Reference reference, Codec<K> keys, Codec<V> values) {
        this.reference = reference;
        this.keys = keys;
        this.values = values;
    }

    /** As in the JDK's own maps, a key of another type is just not there; here it cannot even be encoded. */
    @SuppressWarnings("unchecked")
    private @Nullable Object key(Object key) {
        return EncodedElements.wire(keys, (K) requireNonNull(key, "key"));
    }

    @SuppressWarnings("unchecked")
    private @Nullable Object wire(Object value) {
        return EncodedElements.wire(values, (V) requireNonNull(value, "value"));
    }

    private @Nullable V value(@Nullable Object wire) {
        return EncodedElements.value(values, wire);
    }

    @Override
    public @Nullable V get(Object key) {
        return value(reference.call("get", key(key)));
    }

    @Override
    public V getOrDefault(Object key, V fallback) {
        V value = get(key);
        return value == null ? fallback : value;
    }

    @Override
    public @Nullable V put(K key, V value) {
        return value(reference.call("put", key(key), wire(value)));
    }

    @Override
    public void putAll(Map<? extends K, ? extends V> entries) {
        List<Object> pairs = new ArrayList<>();
        entries.forEach((key, value) -> pairs.add(List.of(requireNonNull(key(key)), requireNonNull(wire(value)))));
        reference.call("putAll", pairs);
    }

    @Override
    public @Nullable V remove(Object key) {
        return value(reference.call("remove", key(key)));
    }

    @Override
    public @Nullable V putIfAbsent(K key, V value) {
        return value(reference.call("putIfAbsent", key(key), wire(value)));
    }

    @Override
    public boolean remove(Object key, @Nullable Object value) {
        return value != null && reference.flag("removeValue", key(key), wire(value));
    }

    @Override
    public boolean replace(K key, V expected, V value) {
        return reference.flag("replaceValue", key(key), wire(expected), wire(value));
    }

    @Override
    public @Nullable V replace(K key, V value) {
        return value(reference.call("replace", key(key), wire(value)));
    }

    @Override
    public boolean containsKey(Object key) {
        return reference.flag("containsKey", key(key));
    }

    @Override
    public boolean containsValue(Object value) {
        return reference.flag("containsValue", wire(value));
    }

    @Override
    public int size() {
        return (int) reference.number("size");
    }

    @Override
    public boolean isEmpty() {
        return size() == 0;
    }

    @Override
    public void clear() {
        reference.call("clear");
    }

    private Map<K, V> snapshot() {
        Map<K, V> entries = new LinkedHashMap<>();
        if (reference.call("entries") instanceof List<?> pairs) {
            for (Object pair : pairs) {
                List<?> two = (List<?>) pair;
                entries.put(requireNonNull(EncodedElements.value(keys, two.get(0))), requireNonNull(value(two.get(1))));
            }
        }
        return Collections.unmodifiableMap(entries);
    }

    @Override
    public Set<Entry<K, V>> entrySet() {
        return snapshot().entrySet();
    }

    @Override
    public Set<K> keySet() {
        return snapshot().keySet();
    }

    @Override
    public Collection<V> values() {
        return snapshot().values();
    }

    @Override
    public void close() {
        reference.close();
    }

    private Object writeReplace() throws ObjectStreamException {
        return reference.handle(keys, values, null);
    }
}
