// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.type.CollectionType;

/** Writes a set, and if the writer is {@link #canonical}, in the order of what its elements are encoded to. */
final class SetSerializer extends ValueSerializer<Object> {

    private static final Object CANONICAL = new Object();

    private final ValueSerializer<Object> delegate;
    private final JavaType elements;

    @SuppressWarnings("unchecked")
    private SetSerializer(ValueSerializer<?> delegate, JavaType elements) {
        this.delegate = (ValueSerializer<Object>) delegate;
        this.elements = elements;
    }

    /** Puts it round the serializers of sets. */
    static final class Modifier extends ValueSerializerModifier {

        private static final long serialVersionUID = 1L;

        @Override
        public ValueSerializer<?> modifyCollectionSerializer(
                SerializationConfig config,
                CollectionType type,
                BeanDescription.Supplier description,
                ValueSerializer<?> serializer) {
            return Set.class.isAssignableFrom(type.getRawClass())
                    ? new SetSerializer(serializer, type.getContentType())
                    : serializer;
        }
    }

    /** A writer that writes equal values of a type in the same way. */
    static ObjectWriter canonical(JavaType type) {
        return Jackson.writer(type).withAttribute(CANONICAL, true);
    }

    private Object ordered(Object set, SerializationContext context) {
        if (context.getAttribute(CANONICAL) == null || set instanceof SortedSet<?> || !(set instanceof Set<?> any)) {
            return set;
        }
        ObjectWriter writer = canonical(elements);
        List<Map.Entry<String, @Nullable Object>> encoded = new ArrayList<>();
        for (Object element : any) {
            encoded.add(new java.util.AbstractMap.SimpleEntry<>(writer.writeValueAsString(element), element));
        }
        encoded.sort(Map.Entry.comparingByKey());
        Set<@Nullable Object> ordered = new LinkedHashSet<>();
        encoded.forEach(each -> ordered.add(each.getValue()));
        return ordered;
    }

    @Override
    public void serialize(Object value, JsonGenerator out, SerializationContext context) {
        delegate.serialize(ordered(value, context), out, context);
    }

    @Override
    public void serializeWithType(Object value, JsonGenerator out, SerializationContext context, TypeSerializer mark) {
        delegate.serializeWithType(ordered(value, context), out, context, mark);
    }

    @Override
    public void resolve(SerializationContext context) {
        delegate.resolve(context);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the delegate answers with itself if nothing changed
    public ValueSerializer<?> createContextual(SerializationContext context, BeanProperty property) {
        ValueSerializer<?> changed = delegate.createContextual(context, property);
        return changed == delegate ? this : new SetSerializer(changed, elements);
    }

    @Override
    public Class<?> handledType() {
        return delegate.handledType();
    }

    @Override
    public ValueSerializer<?> getDelegatee() {
        return delegate;
    }

    @Override
    public boolean isEmpty(SerializationContext context, Object value) {
        return delegate.isEmpty(context, value);
    }
}
