// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.BeanDeserializerBuilder;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.ValueInstantiator;

/** Keeps readers from loading classes that the bytes name, and lets them read bytes that are older than a field. */
final class GuardedDeserializers extends ValueDeserializerModifier {

    private static final long serialVersionUID = 1L;

    @Override
    public BeanDeserializerBuilder updateBuilder(
            DeserializationConfig config, BeanDescription.Supplier description, BeanDeserializerBuilder builder) {
        ValueInstantiator instantiator = builder.getValueInstantiator();
        if (instantiator.canCreateFromObjectWith()) {
            builder.setValueInstantiator(new MissingFields(instantiator));
        }
        return builder;
    }

    @Override
    public ValueDeserializer<?> modifyDeserializer(
            DeserializationConfig config, BeanDescription.Supplier description, ValueDeserializer<?> deserializer) {
        refuseClassNames(description.getBeanClass());
        return deserializer;
    }

    @Override
    public KeyDeserializer modifyKeyDeserializer(
            DeserializationConfig config, JavaType type, KeyDeserializer deserializer) {
        refuseClassNames(type.getRawClass());
        return deserializer;
    }

    private static void refuseClassNames(Class<?> type) {
        if (type == Class.class || type == JavaType.class) {
            throw new JsonRefusal(type.getName() + " would load a class that the data names; declare a String, or a"
                    + " sealed interface");
        }
    }
}
