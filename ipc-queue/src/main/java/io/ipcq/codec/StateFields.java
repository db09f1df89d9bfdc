// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

/** The fields that are the state of an object. */
final class StateFields {

    private StateFields() {}

    /** The fields of a class and of those above it, without static, transient and synthetic ones. */
    static List<Field> of(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> level = type; level != null; level = level.getSuperclass()) {
            for (Field field : level.getDeclaredFields()) {
                int modifiers = field.getModifiers();
                if (!Modifier.isStatic(modifiers) && !Modifier.isTransient(modifiers) && !field.isSynthetic()) {
                    fields.add(field);
                }
            }
        }
        return fields;
    }
}
