// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;

/**
 * A type with its type parameters, written as an empty anonymous subclass: {@code new TypeRef<List<Order>>() {}}.
 *
 * <p>Thread-safe: immutable. Process-safe: not serializable itself; a codec made from it carries the subclass, and the
 * receiving JVM reads the type from there. Holds no state that a crash could lose.
 *
 * @param <T> the type
 */
public abstract class TypeRef<T> {

    private final Type type = typeOf(getClass());

    /** @throws IllegalArgumentException if the type is left open, as in {@code new TypeRef<List<T>>() {}} */
    protected TypeRef() {}

    /** The type between the angle brackets. */
    public final Type type() {
        return type;
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof TypeRef<?> that && type.equals(that.type);
    }

    @Override
    public final int hashCode() {
        return type.hashCode();
    }

    @Override
    public final String toString() {
        return type.getTypeName();
    }

    /** Reads the type from a subclass, without an instance. */
    static Type typeOf(Class<?> subclass) {
        if (subclass.getSuperclass() != TypeRef.class
                || !(subclass.getGenericSuperclass() instanceof ParameterizedType ref)) {
            throw new IllegalArgumentException("a TypeRef must extend TypeRef<...> directly: class="
                    + subclass.getName() + "; write new TypeRef<List<Order>>() {}");
        }
        Type type = ref.getActualTypeArguments()[0];
        if (isOpen(type)) {
            throw new IllegalArgumentException("a TypeRef must name every type: type=" + type.getTypeName() + ", class="
                    + subclass.getName() + "; a type variable has no value at run time");
        }
        return type;
    }

    private static boolean isOpen(Type type) {
        if (type instanceof ParameterizedType generic) {
            return anyOpen(generic.getActualTypeArguments());
        }
        if (type instanceof WildcardType wildcard) {
            return anyOpen(wildcard.getUpperBounds()) || anyOpen(wildcard.getLowerBounds());
        }
        if (type instanceof GenericArrayType array) {
            return isOpen(array.getGenericComponentType());
        }
        return type instanceof TypeVariable<?>;
    }

    private static boolean anyOpen(Type[] types) {
        for (Type type : types) {
            if (isOpen(type)) {
                return true;
            }
        }
        return false;
    }
}
