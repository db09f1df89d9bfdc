// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.Codec;
import io.ipcq.manager.wire.EncodedElements;
import io.ipcq.manager.wire.Operation.OfMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values by name that processes share, each of a type that the reader knows.
 *
 * <p>Thread-safe. Process-safe: what arrives in a child or a pool worker is the same one. Lives while a process holds
 * it.
 */
public final class Namespace extends Proxy {

    private static final long serialVersionUID = 1L;

    Namespace(Reference reference) {
        super(reference, null);
    }

    /** Gives a name a value, which is encoded as {@link Codec#forType} says of its class. */
    @SuppressWarnings("unchecked") // the codec of a value is that of its class
    public <T> void set(String name, T value) {
        set(name, value, (Codec<T>) Codec.forType(value.getClass()));
    }

    /** Gives a name a value, encoded with a codec of your own. */
    public <T> void set(String name, T value, Codec<T> codec) {
        reference.call(OfMap.PUT, name, EncodedElements.wire(codec, value));
    }

    /** The value of a name; null if there is none. */
    public <T> @Nullable T get(String name, Class<T> type) {
        return get(name, Codec.forType(type));
    }

    /** The value of a name that was set with this codec; null if there is none. */
    public <T> @Nullable T get(String name, Codec<T> codec) {
        return EncodedElements.value(codec, reference.call(OfMap.GET, name));
    }

    /** Forgets a name and its value, if it is there. */
    public void remove(String name) {
        reference.call(OfMap.REMOVE, name);
    }

    /** Whether a name has a value. */
    public boolean contains(String name) {
        return reference.flag(OfMap.CONTAINS_KEY, name);
    }

    /** The names that have a value, as they are at one time. */
    public List<String> names() {
        return Pages.all(reference, OfMap.PAGE).items().stream()
                .map(entry -> String.valueOf(((List<?>) entry).get(0)))
                .toList();
    }
}
