// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.impl.UnknownSerializer;

/** Lets an object be written only if it is what the declaration says and could be read again. */
final class JsonBeans extends ValueSerializerModifier {

    private static final long serialVersionUID = 1L;

    @Override
    public ValueSerializer<?> modifySerializer(
            SerializationConfig config, BeanDescription.Supplier description, ValueSerializer<?> serializer) {
        boolean ours = serializer instanceof BeanSerializerBase || serializer instanceof UnknownSerializer;
        return ours ? new CheckedSerializer(description.getType(), serializer) : serializer;
    }

    @Override
    public ValueSerializer<?> modifyKeySerializer(
            SerializationConfig config,
            JavaType type,
            BeanDescription.Supplier description,
            ValueSerializer<?> serializer) {
        return type.hasRawClass(String.class) ? new TextKey() : serializer;
    }

    /** Finds the reader of a type, which shows most of what is wrong with the type; null if there is one. */
    static @Nullable RuntimeException whyUndecodable(JavaType type) {
        try {
            deserializer(type);
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    /** @throws JsonRefusal if what the serializer writes could not be read */
    static void refuseUndecodable(JavaType type, ValueSerializer<?> serializer) {
        if (serializer instanceof UnknownSerializer) {
            throw new JsonRefusal(type.getRawClass().getName()
                    + " has no fields that could be written; make it a record, or an enum");
        }
        if (deserializer(type) instanceof BeanDeserializerBase reader) {
            refuseUnconstructible(type, reader);
            serializer.properties().forEachRemaining(property -> refuseUnreadable(type, reader, property));
        }
    }

    private static void refuseUnconstructible(JavaType type, BeanDeserializerBase reader) {
        if (!reader.getValueInstantiator().canInstantiate()) {
            throw new JsonRefusal(type.getRawClass().getName() + " has no constructor that decoding could use; make it"
                    + " a record or a static class, or add a constructor without parameters");
        }
    }

    private static void refuseUnreadable(JavaType type, BeanDeserializerBase reader, PropertyWriter property) {
        if (!reader.hasProperty(property.getName())) {
            throw new JsonRefusal(type.getRawClass().getName() + "." + property.getName() + " could be written but not"
                    + " read again; make the class a record, or the field not final or transient");
        }
    }

    private static ValueDeserializer<Object> deserializer(JavaType type) {
        return JsonFormat.MAPPER._deserializationContext().findRootValueDeserializer(type);
    }

    /** Jackson escapes a lone surrogate in a value, but in a key it writes bytes that no reader takes. */
    private static final class TextKey extends ValueSerializer<String> {

        @Override
        public void serialize(String key, JsonGenerator out, SerializationContext context) {
            if (Utf8Codec.indexOfLoneSurrogate(key) >= 0) {
                throw new JsonRefusal("a key of the map has a lone surrogate, which UTF-8 cannot represent");
            }
            out.writeName(key);
        }
    }
}
