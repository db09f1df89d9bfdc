// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.math.BigInteger;
import java.util.Collection;
import java.util.IdentityHashMap;
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
        super(JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, null);
    }

    static boolean isOpen(Class<?> type) {
        return type == Object.class || type == Number.class;
    }

    /**
     * Checks a value if it is where Object is declared; there it comes back as what JSON says it is, whatever its
     * class.
     *
     * @return false if it is elsewhere
     */
    static boolean check(TypeSerializer mark, Object value) {
        if (mark instanceof Check) {
            Check.refuseUnlessPlain(value);
            return true;
        }
        return false;
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
            NoContent.refuse(value);
            if (value instanceof Map<?, ?> map && !(value instanceof IdentityHashMap<?, ?>)) {
                map.keySet().forEach(Check::refuseUnlessText);
                refuseTyped(value, map.values());
            } else if (value instanceof List<?> list) {
                refuseTyped(value, list);
            } else if (!isLargeWhole(value)) {
                throw new JsonRefusal(value.getClass().getName() + " where Object is declared would come back as"
                        + " something else; declare its type, or a sealed interface");
            }
        }

        /** A whole number is read as the smallest type that holds it. */
        private static boolean isLargeWhole(Object value) {
            if (value instanceof Long number) {
                return number.intValue() != number;
            }
            return value instanceof BigInteger number
                    && number.getClass() == BigInteger.class
                    && number.bitLength() > 63;
        }

        /** A class that fixes the type of its elements has them written by that type, and nobody asks here again. */
        private static void refuseTyped(Object collection, Collection<?> elements) {
            if (!collection.getClass().getName().startsWith("java.")) {
                elements.forEach(Check::refuseDeeply);
            }
        }

        private static void refuseDeeply(@Nullable Object element) {
            if (element == null || asksNobody(element)) {
                return;
            }
            refuseUnlessPlain(element);
            if (element instanceof Map<?, ?> map) {
                map.values().forEach(Check::refuseDeeply);
            } else if (element instanceof List<?> list) {
                list.forEach(Check::refuseDeeply);
            }
        }

        private static boolean asksNobody(Object element) {
            if (element instanceof Double number) {
                return Double.isFinite(number);
            }
            return element instanceof String || element instanceof Boolean || element instanceof Integer;
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
