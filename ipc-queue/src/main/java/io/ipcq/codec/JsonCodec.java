// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import static java.util.Objects.requireNonNull;

import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectStreamException;
import java.lang.reflect.Type;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * JSON for one type. Jackson is loaded by the first value, not by the codec: a process that only hands a queue on never
 * pays for it.
 *
 * <p>What travels to another JVM is a class object: the type itself, or the subclass of {@link TypeRef} that names it. An
 * instance of that subclass would drag along the object whose method created it.
 */
final class JsonCodec<T> implements Codec<T> {

    private static final long serialVersionUID = 1L;
    private static final int MAX_ID_CHARS = 512;

    /** The type, or the subclass of TypeRef that names it; null if nothing that can travel names it. */
    private final @Nullable Class<?> token;

    private final transient Type type;
    private transient volatile @Nullable JsonFormat format;

    private JsonCodec(Class<?> token) {
        this(token, TypeRef.class.isAssignableFrom(token) ? TypeRef.typeOf(token) : token);
    }

    private JsonCodec(@Nullable Class<?> token, Type type) {
        this.token = token;
        this.type = type;
        if (type == Object.class) {
            throw new IllegalArgumentException("a JSON codec needs a type: type=java.lang.Object; name a record, a"
                    + " sealed interface, or a generic type with new TypeRef<...>() {}");
        }
        if (id().length() > MAX_ID_CHARS) {
            throw new IllegalArgumentException("the name of the type is too long for a codec: length=" + id().length()
                    + ", max=" + MAX_ID_CHARS + "; put the type into a record");
        }
    }

    static <T> JsonCodec<T> of(Class<T> type) {
        return new JsonCodec<>(Objects.requireNonNull(type, "type"));
    }

    static <T> JsonCodec<T> of(TypeRef<T> type) {
        return new JsonCodec<>(type.getClass());
    }

    static JsonCodec<?> of(Type type) {
        return new JsonCodec<>(type instanceof Class<?> token ? token : null, type);
    }

    @Override
    public String id() {
        return "json:" + type.getTypeName();
    }

    @Override
    public byte[] encode(T value) {
        return format().encode(Objects.requireNonNull(value, "value"));
    }

    @Override
    @SuppressWarnings("unchecked")
    public T decode(byte[] bytes) {
        return (T) format().decode(bytes);
    }

    /** Two threads may both build it; either one serves. */
    private JsonFormat format() {
        JsonFormat current = format;
        if (current == null) {
            current = JsonFormat.of(type);
            format = current;
        }
        return current;
    }

    private Object writeReplace() throws ObjectStreamException {
        if (token == null) {
            throw new NotSerializableException("a codec of a type that is known at run time only: " + id());
        }
        return this;
    }

    /** Deserialization fills only the token; the constructor derives and checks the rest. */
    private Object readResolve() throws ObjectStreamException {
        try {
            return new JsonCodec<>(requireNonNull(token));
        } catch (IllegalArgumentException e) {
            InvalidObjectException invalid = new InvalidObjectException(e.getMessage());
            invalid.initCause(e);
            throw invalid;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JsonCodec<?> that && type.equals(that.type);
    }

    @Override
    public int hashCode() {
        return type.hashCode();
    }

    @Override
    public String toString() {
        return id();
    }
}
