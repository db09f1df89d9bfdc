// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonToken;
import tools.jackson.core.type.WritableTypeId;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.jsontype.TypeIdResolver;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.jsontype.impl.StdTypeResolverBuilder;

/** Keeps what is declared as Object (or Number) to the values that JSON tells apart by itself. */
final class PlainValues extends StdTypeResolverBuilder {

    /*
     * Idea: Jackson asks the type serializer before it writes a value whose class JSON does not show, and so gives the
     * chance to refuse what would come back as something else: a record as a map, a date as text. Text, booleans, int
     * and finite double never ask.
     */

    private static final long serialVersionUID = 1L;

    PlainValues() {
        super(JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, null, null);
    }

    static boolean isOpen(Class<?> type) {
        return type == Object.class || type == Number.class;
    }

    @Override
    public TypeSerializer buildTypeSerializer(
            SerializationContext context, JavaType base, Collection<NamedType> subtypes) {
        return new Check();
    }

    /** Nothing is marked, so there is nothing to read. */
    @Override
    public @Nullable TypeDeserializer buildTypeDeserializer(
            DeserializationContext context, JavaType base, Collection<NamedType> subtypes) {
        return null;
    }

    /** Writes a value without a mark, if it is plain. */
    private static final class Check extends TypeSerializer {

        @Override
        public WritableTypeId writeTypePrefix(JsonGenerator out, SerializationContext context, WritableTypeId id) {
            refuseUnlessPlain(id.forValue);
            if (id.valueShape == JsonToken.START_OBJECT) {
                out.writeStartObject(id.forValue);
            } else if (id.valueShape == JsonToken.START_ARRAY) {
                out.writeStartArray(id.forValue);
            }
            return id;
        }

        @Override
        public WritableTypeId writeTypeSuffix(JsonGenerator out, SerializationContext context, WritableTypeId id) {
            if (id.valueShape == JsonToken.START_OBJECT) {
                out.writeEndObject();
            } else if (id.valueShape == JsonToken.START_ARRAY) {
                out.writeEndArray();
            }
            return id;
        }

        private static void refuseUnlessPlain(Object value) {
            if (value instanceof Map<?, ?> map) {
                map.keySet().forEach(Check::refuseUnlessText);
            } else if (!(value instanceof List<?> || value instanceof Long || value instanceof BigInteger)) {
                throw new JsonRefusal(value.getClass().getName() + " where Object is declared would come back as"
                        + " something else; declare its type, or a sealed interface");
            }
        }

        private static void refuseUnlessText(Object key) {
            if (!(key instanceof String)) {
                throw new JsonRefusal("a key that is not a String, where Object is declared, would come back as text;"
                        + " declare the type of the map");
            }
        }

        @Override
        public TypeSerializer forProperty(SerializationContext context, BeanProperty property) {
            return this;
        }

        @Override
        public JsonTypeInfo.As getTypeInclusion() {
            return JsonTypeInfo.As.NOTHING;
        }

        @Override
        public @Nullable String getPropertyName() {
            return null;
        }

        @Override
        public @Nullable TypeIdResolver getTypeIdResolver() {
            return null;
        }
    }
}
