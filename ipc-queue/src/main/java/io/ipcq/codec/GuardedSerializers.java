// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.SerializerFactoryConfig;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.BeanSerializerBuilder;
import tools.jackson.databind.ser.BeanSerializerFactory;
import tools.jackson.databind.ser.SerializerFactory;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.impl.UnknownSerializer;

/** Makes the writer of each type, with a guard before it unless all that it writes is known to come back. */
final class GuardedSerializers extends BeanSerializerFactory {

    /*
     * Idea: a value may be written for one of three reasons. Its type is known (KnownTypes). It is an object that is
     * written and read field by field, and by nothing else (ObjectState). Or it was tried (Trial): written, read and
     * compared. Whatever else Jackson can write, or will learn to, by an annotation or because a class extends
     * something, is not known and therefore tried.
     */

    private static final long serialVersionUID = 1L;

    GuardedSerializers() {
        this(null);
    }

    private GuardedSerializers(@Nullable SerializerFactoryConfig config) {
        super(config);
    }

    @Override
    public SerializerFactory withConfig(SerializerFactoryConfig config) {
        return new GuardedSerializers(config);
    }

    @Override
    public ValueSerializer<Object> createSerializer(
            SerializationContext context,
            JavaType type,
            BeanDescription.Supplier description,
            JsonFormat.Value format) {
        ValueSerializer<Object> serializer = super.createSerializer(context, type, description, format);
        Guard guard = guard(type, description.getClassInfo(), serializer);
        return guard == null ? serializer : new GuardedSerializer(serializer, guard);
    }

    private static @Nullable Guard guard(JavaType type, AnnotatedClass annotated, ValueSerializer<Object> serializer) {
        if (PlainValues.isOpen(type.getRawClass())) {
            return null;
        }
        if (KnownTypes.isConsumed(type)) {
            return Guard.consumed(type);
        }
        if (serializer instanceof BeanSerializerBase || serializer instanceof UnknownSerializer) {
            return new ObjectGuard(type, annotated);
        }
        if (JacksonAnnotations.matter(annotated) || KnownTypes.mayBeNullAmbiguous(type.getContentType())) {
            return Guard.unknown(type);
        }
        if (type.isEnumType() || type.isPrimitive()) {
            return null;
        }
        KnownTypes.Condition condition = KnownTypes.condition(type);
        if (condition == null) {
            return Guard.unknown(type);
        }
        boolean always = condition.equals(KnownTypes.ALWAYS) && !type.isCollectionLikeType() && !type.isMapLikeType();
        return always ? null : Guard.known(type, condition);
    }

    @Override
    public ValueSerializer<Object> createKeySerializer(SerializationContext context, JavaType type) {
        ValueSerializer<Object> serializer = super.createKeySerializer(context, type);
        if (type.hasRawClass(String.class) || PlainValues.isOpen(type.getRawClass())) {
            return new TextKey();
        }
        AnnotatedClass annotated = context.introspectClassAnnotations(type);
        boolean known =
                (type.isEnumType() && !JacksonAnnotations.matter(annotated)) || KnownTypes.isKey(type.getRawClass());
        return known ? serializer : new TriedKey(type, serializer);
    }

    /** An Optional that is null would come back as one that is empty. */
    @Override
    protected List<BeanPropertyWriter> findBeanProperties(
            SerializationContext context, BeanDescription.Supplier description, BeanSerializerBuilder builder) {
        List<BeanPropertyWriter> properties = super.findBeanProperties(context, description, builder);
        if (properties != null) {
            for (BeanPropertyWriter property : properties) {
                if (KnownTypes.isNullAmbiguous(property.getType()) && !property.hasNullSerializer()) {
                    property.assignNullSerializer(new NoNull(property.getType()));
                }
            }
        }
        return properties;
    }

    private static final class NoNull extends ValueSerializer<Object> {

        private final JavaType type;

        NoNull(JavaType type) {
            this.type = type;
        }

        @Override
        public void serialize(Object value, JsonGenerator out, SerializationContext context) {
            String name = type.getRawClass().getSimpleName();
            throw new JsonRefusal("null where " + name + " is declared would come back as an empty " + name);
        }
    }

    /** Jackson escapes a lone surrogate in a value, but in a key it writes bytes that no reader takes. */
    private static final class TextKey extends ValueSerializer<Object> {

        @Override
        public void serialize(Object key, JsonGenerator out, SerializationContext context) {
            if (!(key instanceof String text)) {
                throw new JsonRefusal("a key that is a " + key.getClass().getName()
                        + " would come back as text; declare the type of the keys");
            }
            if (LoneSurrogate.indexIn(text) >= 0) {
                throw new JsonRefusal("a key of the map has a lone surrogate, which UTF-8 cannot represent");
            }
            out.writeName(text);
        }
    }

    private static final class TriedKey extends ValueSerializer<Object> {

        private final Trial trial;
        private final ValueSerializer<Object> delegate;

        TriedKey(JavaType type, ValueSerializer<Object> delegate) {
            this.trial = Trial.ofKey(type);
            this.delegate = delegate;
        }

        @Override
        public void serialize(Object key, JsonGenerator out, SerializationContext context) {
            NoContent.refuse(key);
            if (!Trial.isRunning(context)) {
                trial.refuseUnlessSame(Trial.inMap(key));
            }
            delegate.serialize(key, out, context);
        }
    }
}
