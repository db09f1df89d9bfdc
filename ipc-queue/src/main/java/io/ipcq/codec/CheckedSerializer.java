// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.util.NameTransformer;

/**
 * Writes an object of exactly one class, after it has made sure once that the class could be read again. It objects when
 * an object comes by, not when it is built: only then is there a path to name.
 */
final class CheckedSerializer extends ValueSerializer<Object> {

    private final JavaType type;
    private final Class<?> exactly;
    private final ValueSerializer<Object> delegate;
    /** Written without a lock: checking twice does no harm. */
    private boolean checked;

    @SuppressWarnings("unchecked")
    CheckedSerializer(JavaType type, ValueSerializer<?> delegate) {
        this.type = type;
        this.exactly = type.getRawClass();
        this.delegate = (ValueSerializer<Object>) delegate;
    }

    @Override
    public void serialize(Object value, JsonGenerator out, SerializationContext context) {
        check(value);
        delegate.serialize(value, out, context);
    }

    @Override
    public void serializeWithType(Object value, JsonGenerator out, SerializationContext context, TypeSerializer mark) {
        check(value);
        delegate.serializeWithType(value, out, context, mark);
    }

    private void check(Object value) {
        if (value.getClass() != exactly) {
            throw new JsonRefusal(value.getClass().getName() + " where " + exactly.getName()
                    + " is declared could not be decoded as what it is; declare the class itself, or make "
                    + exactly.getSimpleName() + " a sealed type");
        }
        if (!checked) {
            JsonBeans.refuseUndecodable(type, delegate);
            checked = true;
        }
    }

    @SuppressWarnings("ReferenceEquality") // the delegate answers with itself if nothing changed
    private ValueSerializer<?> around(@Nullable ValueSerializer<?> changed) {
        return changed == null || changed == delegate ? this : new CheckedSerializer(type, changed);
    }

    @Override
    public void resolve(SerializationContext context) {
        delegate.resolve(context);
    }

    @Override
    public ValueSerializer<?> createContextual(SerializationContext context, BeanProperty property) {
        return around(delegate.createContextual(context, property));
    }

    @Override
    public ValueSerializer<?> withFilterId(Object filterId) {
        return around(delegate.withFilterId(filterId));
    }

    @Override
    public ValueSerializer<?> withIgnoredProperties(Set<String> ignored) {
        return around(delegate.withIgnoredProperties(ignored));
    }

    @Override
    public ValueSerializer<?> withFormatOverrides(SerializationConfig config, JsonFormat.Value overrides) {
        return around(delegate.withFormatOverrides(config, overrides));
    }

    @Override
    public ValueSerializer<Object> unwrappingSerializer(NameTransformer transformer) {
        return delegate.unwrappingSerializer(transformer);
    }

    @Override
    public Class<?> handledType() {
        return exactly;
    }

    @Override
    public boolean usesObjectId() {
        return delegate.usesObjectId();
    }

    @Override
    public boolean isUnwrappingSerializer() {
        return delegate.isUnwrappingSerializer();
    }

    @Override
    public ValueSerializer<?> getDelegatee() {
        return delegate;
    }

    @Override
    public Iterator<PropertyWriter> properties() {
        return delegate.properties();
    }

    @Override
    public boolean isEmpty(SerializationContext context, Object value) {
        return delegate.isEmpty(context, value);
    }
}
