// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static java.util.Objects.requireNonNull;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.codec.JsonCodec;
import io.ipcq.manager.wire.EncodedElements;
import org.jspecify.annotations.Nullable;

/** Encodes keys of a map and elements of a set. On the wire two of them are equal if their JSON is. */
record KeyCodec<K>(Codec<K> codec) {

    static <K> KeyCodec<K> of(Codec<K> codec) {
        requireNonNull(codec, "codec");
        return new KeyCodec<>(codec instanceof JsonCodec<K> json ? json.canonical() : codec);
    }

    Object wire(K key) {
        return requireNonNull(EncodedElements.wire(codec, requireNonNull(key, "key")), "a key that is null in JSON");
    }

    /** The same for any object. As in the JDK's own collections, a key of another type is just not there: null. */
    @SuppressWarnings("unchecked")
    @Nullable
    Object anyWire(Object key) {
        requireNonNull(key, "key");
        try {
            return EncodedElements.wire(codec, (K) key);
        } catch (CodecException | ClassCastException e) {
            return null;
        }
    }

    K key(@Nullable Object wire) {
        return requireNonNull(EncodedElements.value(codec, wire), "a key that is null in JSON");
    }
}
