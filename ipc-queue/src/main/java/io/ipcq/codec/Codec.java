// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.io.Serializable;

/**
 * Turns elements into bytes and back.
 *
 * <p>Thread-safe: implementations must be. Process-safe: a codec travels with the handle of its queue (it is {@link
 * Serializable}). {@link #id()} is stored in the queue, so a process that opens the queue with another codec
 * is refused. Survives a crash: it has no state to lose.
 *
 * @param <T> what is encoded; never null
 */
public interface Codec<T> extends Serializable {

    /** The name of the format, at most 512 characters. Codecs that understand each other's bytes have the same id. */
    String id();

    /**
     * Encodes a value. The array may be the value itself ({@link #bytes()}); the caller copies it before it returns.
     *
     * @throws CodecException if the value cannot be encoded; it names the field
     */
    byte[] encode(T value);

    /**
     * Decodes what {@link #encode} made. The array belongs to the callee.
     *
     * @throws CodecException if the bytes are not such a value
     */
    T decode(byte[] bytes);

    /** Text as UTF-8; text that UTF-8 cannot represent (a lone surrogate) is refused. */
    static Codec<String> utf8() {
        return Utf8Codec.INSTANCE;
    }

    /** Bytes as they are. */
    static Codec<byte[]> bytes() {
        return BytesCodec.INSTANCE;
    }

    /** JSON for a type without type parameters. */
    static <T> JsonCodec<T> json(Class<T> type) {
        return JsonCodec.of(type);
    }

    /** JSON for a generic type, such as {@code new TypeRef<List<Order>>() {}}. */
    static <T> JsonCodec<T> json(TypeRef<T> type) {
        return JsonCodec.of(type);
    }

    /**
     * JSON for a type that is known at run time only, such as that of a parameter of a method. This codec cannot be
     * serialized.
     */
    static JsonCodec<?> json(java.lang.reflect.Type type) {
        return JsonCodec.of(type);
    }

    /** The default codec of a type: UTF-8 for text, bytes as they are, JSON for everything else. */
    @SuppressWarnings("unchecked")
    static <T> Codec<T> forType(Class<T> type) {
        if (type == String.class) {
            return (Codec<T>) utf8();
        }
        return type == byte[].class ? (Codec<T>) bytes() : json(type);
    }
}
