// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.bean.PropertyValueBuffer;
import tools.jackson.databind.exc.ValueInstantiationException;

/**
 * Calls a constructor also when the bytes are older than some of its parameters. These get what is empty of their type:
 * an empty collection, map, array or Optional, 0 or false, else null. The constructor may put another default in place.
 */
final class MissingFields extends ValueInstantiator.Delegating {

    private static final long serialVersionUID = 1L;

    MissingFields(ValueInstantiator delegate) {
        super(delegate);
    }

    @Override
    public Object createFromObjectWith(
            DeserializationContext context, SettableBeanProperty[] parameters, PropertyValueBuffer values) {
        List<String> missing = fill(context, parameters, values);
        try {
            return super.createFromObjectWith(context, parameters, values);
        } catch (ValueInstantiationException e) {
            if (missing == null) {
                throw e;
            }
            throw new JsonRefusal(
                    "the constructor of " + getValueClass().getName()
                            + " refused what the missing fields were taken for:" + " missing=" + missing
                            + "; let it put a default in place of null",
                    e.getCause());
        }
    }

    private @Nullable List<String> fill(
            DeserializationContext context, SettableBeanProperty[] parameters, PropertyValueBuffer values) {
        List<String> missing = null;
        for (SettableBeanProperty parameter : parameters) {
            if (!values.hasParameter(parameter) && parameter.getInjectionDefinition() == null) {
                refuseIfRequired(parameter);
                values.assignParameter(parameter, empty(context, parameter));
                missing = missing == null ? new ArrayList<>() : missing;
                missing.add(parameter.getName());
            }
        }
        return missing;
    }

    private void refuseIfRequired(SettableBeanProperty parameter) {
        if (parameter.isRequired()) {
            throw new JsonRefusal("a field is missing that " + getValueClass().getName() + " requires: missing="
                    + parameter.getName() + "; if older elements may lack it, do not declare it as required");
        }
    }

    private static @Nullable Object empty(DeserializationContext context, SettableBeanProperty parameter) {
        JavaType type = parameter.getType();
        if (type.isPrimitive()) {
            return Array.get(Array.newInstance(type.getRawClass(), 1), 0);
        }
        if (type.isContainerType()) {
            return parameter.getValueDeserializer().getEmptyValue(context);
        }
        return KnownTypes.isNullAmbiguous(type)
                ? parameter.getValueDeserializer().getNullValue(context)
                : null;
    }
}
