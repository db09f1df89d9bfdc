// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.lang.reflect.Type;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;

/** The reader and the writer of one type, as {@link Jackson} makes them. */
final class JsonFormat {

    private final JavaType type;
    private final boolean boxed;
    private final ObjectWriter writer;
    private final ObjectReader reader;
    /** Why nothing of this type could be decoded, or null. It is kept because decoding reports it in other words. */
    private final @Nullable RuntimeException undecodable;

    /** A format for a type; a type that can never be encoded is refused with the same words as a value. */
    static JsonFormat of(Type javaType, boolean ignoreUnknown, boolean canonical) {
        JavaType type = Jackson.MAPPER.constructType(javaType);
        try {
            return new JsonFormat(type, ignoreUnknown, canonical);
        } catch (RuntimeException e) {
            throw JsonFailure.undecodable(type, e);
        }
    }

    private JsonFormat(JavaType type, boolean ignoreUnknown, boolean canonical) {
        this.type = type;
        boxed = Jackson.isBoxed(type);
        writer = canonical ? SetSerializer.canonical(type) : Jackson.writer(type);
        ObjectReader strict = Jackson.MAPPER.readerFor(type);
        reader = ignoreUnknown ? strict.without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) : strict;
        undecodable = Jackson.whyUndecodable(type);
    }

    byte[] encode(Object value) {
        if (undecodable != null) {
            throw JsonFailure.undecodable(type, undecodable);
        }
        try {
            byte[] bytes = writer.writeValueAsBytes(boxed ? Optional.of(value) : value);
            if (bytes.length > Jackson.MAX_NUMBER_CHARS) {
                refuseLongNumbers(bytes);
            }
            return bytes;
        } catch (RuntimeException | StackOverflowError e) {
            throw JsonFailure.encoding(type, e);
        }
    }

    Object decode(byte[] bytes) {
        Object value;
        try {
            value = reader.readValue(bytes);
        } catch (RuntimeException | StackOverflowError e) {
            throw JsonFailure.decoding(type, bytes, e);
        }
        if (value == null) {
            throw JsonFailure.decoding(type, bytes, new JsonRefusal("the value is null, which no element is"));
        }
        return value;
    }

    /** The reader limits the digits of a number, the writer does not. */
    private static void refuseLongNumbers(byte[] bytes) {
        try (JsonParser parser = Jackson.MAPPER.createParser(bytes)) {
            while (parser.nextToken() != null) {
                parser.skipChildren();
            }
        }
    }
}
