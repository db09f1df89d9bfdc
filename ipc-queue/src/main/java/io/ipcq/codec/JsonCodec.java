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
 * JSON for one type. What it encodes comes back equal. Everything else is refused, with the path of the field.
 *
 * <p>A record may gain components while elements without them are stored. A field that is missing in the bytes becomes
 * an empty collection, map, array or Optional, 0 or false, and null for any other type. A record's compact constructor
 * may replace null by another default. In a class with a constructor without parameters, the field keeps the value that
 * this constructor gave it. A field that is in the bytes and not in the class is refused, unless
 * {@link #ignoreUnknown()} is set. The {@link
 * #id()} names the type and not its fields, so both versions open the same queue.
 *
 * <p>Thread-safe: immutable. Process-safe: serializable, unless it was made from a type that is known at run time only.
 * Survives a crash: it has no state to lose.
 *
 * @param <T> what is encoded; never null
 */
public final class JsonCodec<T> implements Codec<T> {

    /*
     * The first value loads Jackson, not the codec: a process that only passes a queue on never pays for it.
     * A class object travels to another JVM: the type itself, or the subclass of TypeRef that names it. An
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
     * The same codec, but it ignores fields that it does not know, so it reads what a newer version of the type
     * wrote. It cannot tell a new field from one that was renamed, or from a field of another type. If a program reads
     * an element and puts it again, these fields are lost.
     */
    public JsonCodec<T> ignoreUnknown() {
        return new JsonCodec<>(token, type, true, canonical);
    }

    /**
     * The same codec, but equal values become equal bytes, also in other processes, so that bytes can be compared. The
     * elements of a set are written in the order of their encodings, which encodes each of them once more. Other types
     * are always written in one way, except for the members of a map, which have no order in JSON, and classes with an
     * {@code equals} of their own.
     */
    public JsonCodec<T> canonical() {
        return new JsonCodec<>(token, type, ignoreUnknown, true);
    }

    /**
     * Checks whether the class path has a Jackson that works. The first value checks that, too.
     *
     * @throws CodecException if not; the message says what to add
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
