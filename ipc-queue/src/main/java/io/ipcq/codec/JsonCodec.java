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
 * JSON for one type. What it encodes comes back equal; everything else is refused, with the path of the field.
 *
 * <p>A record may gain components while elements without them are stored: a field that is missing in the bytes is an
 * empty collection, map, array or Optional, 0 or false, and null for any other type. A record's compact constructor may
 * put another default in place of null; a class with a constructor without parameters keeps what that constructor gave the
 * field. A field that is in the bytes and not in the class is refused, unless {@link #ignoreUnknown()}. The {@link
 * #id()} names the type and not its fields, so both versions open the same queue.
 *
 * <p>Thread-safe: immutable. Process-safe: serializable, unless made from a type that is known at run time only. Holds no
 * state that a crash could lose.
 *
 * @param <T> what is encoded; never null
 */
public final class JsonCodec<T> implements Codec<T> {

    /*
     * Jackson is loaded by the first value, not by the codec: a process that only hands a queue on never pays for it.
     * What travels to another JVM is a class object: the type itself, or the subclass of TypeRef that names it. An
     * instance of that subclass would drag along the object whose method created it.
     */

    private static final long serialVersionUID = 1L;
    private static final int MAX_ID_CHARS = 512;

    /** The type, or the subclass of TypeRef that names it; null if nothing that can travel names it. */
    private final @Nullable Class<?> token;

    private final boolean ignoreUnknown;
    private final boolean canonical;

    private final transient Type type;
    private transient volatile @Nullable JsonFormat format;

    private JsonCodec(Class<?> token, boolean ignoreUnknown, boolean canonical) {
        this(token, TypeRef.class.isAssignableFrom(token) ? TypeRef.typeOf(token) : token, ignoreUnknown, canonical);
    }

    private JsonCodec(@Nullable Class<?> token, Type type, boolean ignoreUnknown, boolean canonical) {
        this.token = token;
        this.type = type;
        this.ignoreUnknown = ignoreUnknown;
        this.canonical = canonical;
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
        return new JsonCodec<>(Objects.requireNonNull(type, "type"), false, false);
    }

    static <T> JsonCodec<T> of(TypeRef<T> type) {
        return new JsonCodec<>(type.getClass(), false, false);
    }

    static JsonCodec<?> of(Type type) {
        return new JsonCodec<>(type instanceof Class<?> token ? token : null, type, false, false);
    }

    /**
     * The same codec, but it passes over fields that it does not know, so that it reads what a newer version of the type
     * wrote. It cannot tell a new field from one that was renamed, or from those of another type; and what it reads and
     * puts again has lost them.
     */
    public JsonCodec<T> ignoreUnknown() {
        return new JsonCodec<>(token, type, true, canonical);
    }

    /**
     * The same codec, but equal values become equal bytes, also in other processes, so that bytes can be compared: what is in a
     * set is written in the order of its encodings, which costs the encoding of each once more. Other types are written in one way
     * anyhow, but for the members of a map, which JSON has no order of, and classes with an {@code equals} of their own.
     */
    public JsonCodec<T> canonical() {
        return new JsonCodec<>(token, type, ignoreUnknown, true);
    }

    /**
     * Finds out whether the class path has a Jackson that JSON can be written with. The first value does so, too.
     *
     * @throws CodecException if it has not; the message says what to add
     */
    public static void requireJackson() {
        JacksonJars.require();
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
            JacksonJars.require();
            current = JsonFormat.of(type, ignoreUnknown, canonical);
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
            return new JsonCodec<>(requireNonNull(token), ignoreUnknown, canonical);
        } catch (IllegalArgumentException e) {
            InvalidObjectException invalid = new InvalidObjectException(e.getMessage());
            invalid.initCause(e);
            throw invalid;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JsonCodec<?> that
                && type.equals(that.type)
                && ignoreUnknown == that.ignoreUnknown
                && canonical == that.canonical;
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
