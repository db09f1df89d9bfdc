// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.ser.bean.BeanSerializerBase;

/** Admits objects of exactly one class, after it has looked once whether all that they hold is written and read. */
final class ObjectGuard implements Guard {

    private final JavaType type;
    private final Class<?> exactly;
    private final AnnotatedClass annotated;
    /** Written without a lock: to look twice does no harm. */
    private @Nullable Finding finding;

    private record Finding(@Nullable Trial trial) {}

    ObjectGuard(JavaType type, AnnotatedClass annotated) {
        this.type = type;
        this.exactly = type.getRawClass();
        this.annotated = annotated;
    }

    @Override
    public @Nullable Trial admit(Object value, ValueSerializer<Object> serializer) {
        if (value.getClass() != exactly) {
            throw new JsonRefusal(value.getClass().getName() + " where " + exactly.getName()
                    + " is declared could not be decoded as what it is; declare the class itself, or make "
                    + exactly.getSimpleName() + " a sealed type");
        }
        Finding current = finding;
        if (current == null) {
            String flaw = flaw(serializer);
            current = new Finding(flaw == null ? null : Trial.of(type, flaw));
            finding = current;
        }
        return current.trial;
    }

    private @Nullable String flaw(ValueSerializer<Object> serializer) {
        if (!(serializer instanceof BeanSerializerBase writer)) {
            throw new JsonRefusal(
                    exactly.getName() + " has no fields that could be written; make it a record, or an enum");
        }
        if (JacksonAnnotations.matter(annotated)) {
            return "its annotations change what is written or read";
        }
        if (!(Jackson.deserializer(type) instanceof BeanDeserializerBase reader)) {
            return "it is not read as an object";
        }
        if (!reader.getValueInstantiator().canInstantiate()) {
            throw new JsonRefusal(exactly.getName() + " has no constructor that decoding could use; "
                    + (isOfKotlin(exactly)
                            ? "compile it with Kotlin's option -java-parameters, so that its parameters have names"
                            : "make it a record or a static class, or add a constructor without parameters"));
        }
        return ObjectState.flaw(exactly, writer, reader);
    }

    private static boolean isOfKotlin(Class<?> type) {
        return Arrays.stream(type.getAnnotations())
                .anyMatch(annotation -> annotation.annotationType().getName().equals("kotlin.Metadata"));
    }
}
