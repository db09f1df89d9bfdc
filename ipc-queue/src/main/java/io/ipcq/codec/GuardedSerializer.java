// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.util.NameTransformer;

/**
 * Writes a value after its guard has admitted it. It objects when it writes a value, not when it is built, because only
 * then there is a path to name.
 */
final class GuardedSerializer extends ValueSerializer<Object> {

    private final ValueSerializer<Object> delegate;
    private final Guard guard;

    @SuppressWarnings("unchecked")
    GuardedSerializer(ValueSerializer<?> delegate, Guard guard) {
        this.delegate = (ValueSerializer<Object>) delegate;
        this.guard = guard;
    }

    @Override
    public void serialize(Object value, JsonGenerator out, SerializationContext context) {
        boolean tried = pass(value, context);
        delegate.serialize(value, out, context);
        if (tried) {
            Trial.end(context);
        }
    }

    @Override
    public void serializeWithType(Object value, JsonGenerator out, SerializationContext context, TypeSerializer mark) {
        boolean tried = !PlainValues.check(mark, value) && pass(value, context);
        delegate.serializeWithType(value, out, context, mark);
        if (tried) {
            Trial.end(context);
        }
    }

    /** Returns true if the value has just been tried; then all that is in it has been, too. */
    private boolean pass(Object value, SerializationContext context) {
        NoContent.refuse(value);
        Trial trial = guard.admit(value, delegate);
        if (trial == null || Trial.isRunning(context)) {
            return false;
        }
        trial.refuseUnlessSame(value);
        Trial.start(context);
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // the delegate answers with itself if nothing changed
    private ValueSerializer<?> around(@Nullable ValueSerializer<?> changed) {
        return changed == null || changed == delegate ? this : new GuardedSerializer(changed, guard);
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
        return delegate.handledType();
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
