// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.type.TypeBindings;

/** The way from a type that cannot be read to the field whose type is the reason. */
final class TypePath {

    private final StringBuilder path = new StringBuilder();
    private final Set<JavaType> seen = new HashSet<>();

    private TypePath() {}

    /** Such as {@code .lines[].price}; empty if the type itself is the reason. */
    static String toCulprit(JavaType type) {
        TypePath path = new TypePath();
        for (JavaType at = type; at != null; ) {
            at = path.step(at);
        }
        return path.path.toString();
    }

    /** Goes to a part that cannot be read, either; null if there is none. */
    private @Nullable JavaType step(JavaType type) {
        JavaType content = type.getContentType();
        if (content != null) {
            return isCulprit(content) ? append("[]", content) : null;
        }
        if (type.getRawClass().getModule() == Object.class.getModule()) {
            return null;
        }
        for (Field field : StateFields.of(type.getRawClass())) {
            JavaType part = typeOf(field, type);
            if (isCulprit(part)) {
                return append("." + field.getName(), part);
            }
        }
        return null;
    }

    private static JavaType typeOf(Field field, JavaType owner) {
        JavaType declaring = owner.findSuperType(field.getDeclaringClass());
        TypeBindings bindings = declaring == null ? owner.getBindings() : declaring.getBindings();
        return Jackson.MAPPER.getTypeFactory().resolveMemberType(field.getGenericType(), bindings);
    }

    private boolean isCulprit(JavaType type) {
        return seen.add(type) && Jackson.whyUndecodable(type) != null;
    }

    private JavaType append(String name, JavaType part) {
        path.append(name);
        return part;
    }
}
