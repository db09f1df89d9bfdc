// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import java.io.InvalidObjectException;
import java.io.ObjectStreamException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Carries an object that is not {@link Serializable} to another process, as JSON. */
final class EncodedValue implements Serializable {

    private static final long serialVersionUID = 1L;

    /** The codecs, kept with their classes, because it takes longer to inspect a type than to write a value of it. */
    private static final ClassValue<Codec<Object>> CODECS = new ClassValue<>() {
        @Override
        @SuppressWarnings("unchecked")
        protected Codec<Object> computeValue(Class<?> type) {
            return (Codec<Object>) Codec.json(type);
        }
    };

    private final Class<?> type;
    private final byte[] json;

    private EncodedValue(Class<?> type, byte[] json) {
        this.type = type;
        this.json = json;
    }

    /** Encodes a value; null if no codec takes it. */
    static @Nullable EncodedValue of(Object value) {
        try {
            return new EncodedValue(value.getClass(), encode(value));
        } catch (CodecException | IllegalArgumentException refused) {
            return null;
        }
    }

    /** Why no codec takes it; null if one does. */
    static @Nullable String whyNot(Object value) {
        try {
            encode(value);
            return null;
        } catch (CodecException | IllegalArgumentException refused) {
            return refused.getMessage();
        }
    }

    private static byte[] encode(Object value) {
        Class<?> type = value.getClass();
        if (type.isSynthetic() || type.isHidden()) {
            throw new IllegalArgumentException("it is code, and no value");
        }
        return CODECS.get(type).encode(value);
    }

    /** Replaces this by the object that was sent, when it is read. */
    private Object readResolve() throws ObjectStreamException {
        try {
            return CODECS.get(type).decode(json);
        } catch (CodecException refused) {
            InvalidObjectException invalid = new InvalidObjectException(refused.getMessage());
            invalid.initCause(refused);
            throw invalid;
        }
    }
}
