// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static java.util.Objects.requireNonNull;

import io.ipcq.codec.Codec;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import org.jspecify.annotations.Nullable;

/** A list of a manager. Each call is atomic; the iterator shows a snapshot. */
final class RemoteList<E> extends AbstractList<E> implements AutoCloseable, Serializable {

    private static final long serialVersionUID = 1L;

    private final transient Reference reference;
    private final transient Codec<E> codec;

    RemoteList(Reference reference, Codec<E> codec) {
        this.reference = reference;
        this.codec = codec;
    }

    private @Nullable Object wire(E element) {
        return EncodedElements.wire(codec, requireNonNull(element, "element"));
    }

    private E at(String operation, int index, @Nullable Object... arguments) {
        @Nullable Object[] all = new @Nullable Object[arguments.length + 1];
        all[0] = index;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        try {
            return requireNonNull(EncodedElements.value(codec, reference.call(operation, all)));
        } catch (IllegalArgumentException e) {
            throw new IndexOutOfBoundsException(e.getMessage());
        }
    }

    @Override
    public E get(int index) {
        return at("get", index);
    }

    @Override
    public E set(int index, E element) {
        return at("set", index, wire(element));
    }

    @Override
    public boolean add(E element) {
        reference.call("append", wire(element));
        return true;
    }

    @Override
    public void add(int index, E element) {
        try {
            reference.call("insert", index, wire(element));
        } catch (IllegalArgumentException e) {
            throw new IndexOutOfBoundsException(e.getMessage());
        }
    }

    @Override
    public E remove(int index) {
        return at("remove", index);
    }

    @Override
    public int size() {
        return (int) reference.number("size");
    }

    @Override
    public void clear() {
        reference.call("clear");
    }

    private List<E> snapshot() {
        List<E> elements = new ArrayList<>();
        if (reference.call("items") instanceof List<?> items) {
            items.forEach(item -> elements.add(requireNonNull(EncodedElements.value(codec, item))));
        }
        return List.copyOf(elements);
    }

    @Override
    public Iterator<E> iterator() {
        return snapshot().iterator();
    }

    @Override
    public Spliterator<E> spliterator() {
        return snapshot().spliterator();
    }

    @Override
    public Object[] toArray() {
        return snapshot().toArray();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this || (other instanceof List<?> list && snapshot().equals(List.copyOf(list)));
    }

    @Override
    public int hashCode() {
        return snapshot().hashCode();
    }

    @Override
    public String toString() {
        return snapshot().toString();
    }

    @Override
    public void close() {
        reference.close();
    }

    private Object writeReplace() throws ObjectStreamException {
        return reference.handle(codec, null, null);
    }
}
