// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.introspect.AnnotatedConstructor;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.ser.bean.BeanSerializerBase;

/** The state of an object: its {@link StateFields}. Each of them has to be written and read. */
final class ObjectState {

    private ObjectState() {}

    /** Why not every object that is written and read comes back as it is; null if each does. */
    static @Nullable String flaw(Class<?> type, BeanSerializerBase writer, BeanDeserializerBase reader) {
        List<Field> unwritten = StateFields.of(type);
        for (Iterator<PropertyWriter> properties = writer.properties(); properties.hasNext(); ) {
            PropertyWriter property = properties.next();
            if (property.getName().equals(SealedTypes.MARK) && SealedTypes.isBelowSealed(type)) {
                throw new JsonRefusal("the field " + SealedTypes.MARK + " of " + type.getName()
                        + " would be taken for the name of a class; give it another name");
            }
            Field field = field(type, property);
            if (field == null || !unwritten.remove(field)) {
                return property.getName() + " is not written as what it is";
            }
            SettableBeanProperty setter = reader.findProperty(new PropertyName(property.getName()));
            if (setter == null) {
                return type.getName() + "." + property.getName()
                        + " could be written but not read again; make the class"
                        + " a record, or the field not final or transient";
            }
            if (!sets(setter, field) || !keepsNull(setter)) {
                return property.getName() + " is not read as what was written";
            }
        }
        if (!unwritten.isEmpty()) {
            Field field = unwritten.get(0);
            return field.getDeclaringClass().getName() + "." + field.getName()
                    + " is not written; is it hidden by a field of a subclass, or not open to reflection?";
        }
        return isMadeOfFields(type, reader.getValueInstantiator())
                ? null
                : "its constructor may change what it is given";
    }

    /** The field whose value a property writes: of a record, what its accessor stands for. */
    private static @Nullable Field field(Class<?> type, PropertyWriter property) {
        if (property.getClass() != BeanPropertyWriter.class) {
            return null;
        }
        AnnotatedElement member = property.getMember().getAnnotated();
        if (member instanceof Field field) {
            return field;
        }
        for (RecordComponent component : type.isRecord() ? type.getRecordComponents() : new RecordComponent[0]) {
            if (component.getAccessor().equals(member)) {
                return fieldOf(type, component);
            }
        }
        return null;
    }

    private static Field fieldOf(Class<?> record, RecordComponent component) {
        try {
            return record.getDeclaredField(component.getName());
        } catch (NoSuchFieldException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean sets(SettableBeanProperty setter, Field field) {
        Class<?> owner = field.getDeclaringClass();
        if (!owner.isRecord()) {
            return field.equals(setter.getMember().getAnnotated());
        }
        int index = setter.isCreatorProperty() ? setter.getCreatorIndex() : -1;
        return index >= 0 && owner.getRecordComponents()[index].getName().equals(field.getName());
    }

    private static boolean keepsNull(SettableBeanProperty setter) {
        DeserializationContext context = Jackson.MAPPER._deserializationContext();
        return setter.getType().isPrimitive()
                || KnownTypes.isNullAmbiguous(setter.getType())
                || setter.getNullValueProvider().getNullValue(context) == null;
    }

    /** That a record made of another one's components equals it is a rule of the language. */
    private static boolean isMadeOfFields(Class<?> type, ValueInstantiator instantiator) {
        if (!type.isRecord() || type.getRecordComponents().length == 0) {
            return instantiator.canCreateUsingDefault() && !instantiator.canCreateFromObjectWith();
        }
        Class<?>[] components = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        return instantiator.getWithArgsCreator() instanceof AnnotatedConstructor constructor
                && Arrays.equals(constructor.getAnnotated().getParameterTypes(), components);
    }
}
