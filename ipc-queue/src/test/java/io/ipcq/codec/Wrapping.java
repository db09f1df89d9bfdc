// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a value can be in: a type made of the value's type, and a value made of the value. */
enum Wrapping {
    ALONE(type -> type, value -> value),
    RECORD(type -> generic(Box.class, type), Box::new),
    TWO_RECORDS(type -> generic(Box.class, generic(Box.class, type)), value -> new Box<>(new Box<>(value))),
    RENAMED(type -> generic(Renamed.class, type), value -> new Renamed<>("x", value)),
    LEFT_OUT_IF_EMPTY(type -> generic(Sparse.class, type), value -> new Sparse<>("x", value)),
    CLASS(type -> generic(Holder.class, type), Holder::new),
    SUBCLASS(type -> generic(SubHolder.class, type), SubHolder::new),
    CONSTRUCTED(type -> generic(Constructed.class, type), value -> new Constructed<>(value, 1)),
    LIST(type -> generic(List.class, type), value -> Arrays.asList(value, value)),
    COLLECTION(type -> generic(Collection.class, type), value -> new ArrayList<>(Arrays.asList(value))),
    SET(type -> generic(Set.class, type), value -> new HashSet<>(Arrays.asList(value))),
    ARRAY(Array1::new, value -> value),
    VALUE_OF_MAP(type -> generic(Map.class, String.class, type), value -> Collections.singletonMap("k", value)),
    KEY_OF_MAP(type -> generic(Map.class, type, Integer.class), value -> Collections.singletonMap(value, 1)),
    OPTIONAL(type -> generic(Optional.class, type), Optional::ofNullable),
    IN_AN_OPTIONAL(type -> generic(Box.class, generic(Optional.class, type)), v -> new Box<>(Optional.ofNullable(v))),
    TWO_OPTIONALS(
            type -> generic(Optional.class, generic(Optional.class, type)), v -> Optional.of(Optional.ofNullable(v))),
    OPTIONAL_IN_LIST(type -> generic(List.class, generic(Optional.class, type)), v -> Arrays.asList(Optional.of(v))),
    REFERENCE(
            type -> generic(Box.class, generic(AtomicReference.class, type)), v -> new Box<>(new AtomicReference<>(v))),
    SEALED(type -> generic(Result.class, type), Ok::new),
    SEALED_IN_RECORD(type -> generic(Box.class, generic(Result.class, type)), value -> new Box<>(new Ok<>(value))),
    OPEN(type -> generic(Box.class, Object.class), Box::new),
    OPEN_LIST(type -> generic(Box.class, Object.class), value -> new Box<>(Arrays.asList(value))),

    NULL_IN_RECORD(type -> generic(Box.class, type), value -> new Box<>(null)),
    NULL_IN_CLASS(type -> generic(Holder.class, type), value -> new Holder<>(null)),
    NULL_LEFT_OUT(type -> generic(Sparse.class, type), value -> new Sparse<>("x", null)),
    NULL_IN_LIST(type -> generic(List.class, type), value -> Arrays.asList((Object) null)),
    NULL_IN_ARRAY(Array1::new, value -> null),
    NULL_IN_MAP(type -> generic(Map.class, String.class, type), value -> Collections.singletonMap("k", null)),
    NULL_KEY(type -> generic(Map.class, type, Integer.class), value -> Collections.singletonMap(null, 1)),
    NULL_OPTIONAL(type -> generic(Box.class, generic(Optional.class, type)), value -> new Box<>(null)),
    EMPTY_OPTIONAL(type -> generic(Box.class, generic(Optional.class, type)), value -> new Box<>(Optional.empty())),
    EMPTY_IN_OPTIONAL(
            type -> generic(Optional.class, generic(Optional.class, type)), value -> Optional.of(Optional.empty())),
    NULL_OPTIONAL_IN_LIST(
            type -> generic(List.class, generic(Optional.class, type)), value -> Arrays.asList((Object) null)),
    NULL_OPTIONAL_IN_MAP(
            type -> generic(Map.class, String.class, generic(Optional.class, type)),
            value -> Collections.singletonMap("k", null)),
    NULL_IN_REFERENCE(
            type -> generic(Box.class, generic(AtomicReference.class, type)),
            value -> new Box<>(new AtomicReference<>(null))),
    NULL_REFERENCE(type -> generic(Box.class, generic(AtomicReference.class, type)), value -> new Box<>(null));

    record Box<T>(T content) {}

    record Renamed<T>(
            @JsonProperty("c") String name,
            @JsonProperty("v") T content) {}

    record Sparse<T>(
            String name,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) T content) {}

    static class Holder<T> {
        private T content;

        private Holder() {}

        Holder(T content) {
            this.content = content;
        }

        T content() {
            return content;
        }
    }

    static final class SubHolder<T> extends Holder<T> {
        private String name;

        private SubHolder() {
            super(null);
        }

        SubHolder(T content) {
            super(content);
            this.name = "x";
        }

        String name() {
            return name;
        }
    }

    static final class Constructed<T> {
        private final T content;
        private final int size;

        Constructed(T content, int size) {
            this.content = content;
            this.size = size;
        }

        T content() {
            return content;
        }

        int size() {
            return size;
        }
    }

    sealed interface Result<T> permits Ok, Failed {}

    record Ok<T>(T value) implements Result<T> {}

    record Failed<T>(String why) implements Result<T> {}

    private final Function<Type, Type> type;
    private final Function<Object, Object> value;

    Wrapping(Function<Type, Type> type, Function<Object, Object> value) {
        this.type = type;
        this.value = value;
    }

    /** The values here do not depend on those of the specimen. */
    boolean isConstant() {
        return name().contains("NULL") || name().contains("EMPTY_");
    }

    /** Whether what is known must be taken in this, too. */
    boolean keepsKnown(Specimen specimen) {
        return switch (this) {
            case KEY_OF_MAP, OPEN, OPEN_LIST, LEFT_OUT_IF_EMPTY, SET -> false;
            case ALONE -> specimen.known() && specimen.type() != Object.class;
            default -> !isConstant() && specimen.known();
        };
    }

    Type of(Type inner) {
        return type.apply(inner);
    }

    Object of(Type inner, Object content) {
        if (this == ARRAY || this == NULL_IN_ARRAY) {
            Object array = Array.newInstance(raw(inner), 1);
            Array.set(array, 0, value.apply(content));
            return array;
        }
        return value.apply(content);
    }

    private static Class<?> raw(Type type) {
        return type instanceof ParameterizedType generic ? (Class<?>) generic.getRawType() : (Class<?>) type;
    }

    static Type generic(Class<?> raw, Type... arguments) {
        return new Generic(raw, List.of(arguments));
    }

    private record Generic(Class<?> raw, List<Type> arguments) implements ParameterizedType {
        @Override
        public Type[] getActualTypeArguments() {
            return arguments.toArray(Type[]::new);
        }

        @Override
        public Type getRawType() {
            return raw;
        }

        @Override
        public Type getOwnerType() {
            return null;
        }

        @Override
        public String toString() {
            return raw.getTypeName()
                    + arguments.stream().map(Type::getTypeName).collect(Collectors.joining(", ", "<", ">"));
        }
    }

    private record Array1(Type getGenericComponentType) implements GenericArrayType {
        @Override
        public String toString() {
            return getGenericComponentType.getTypeName() + "[]";
        }
    }
}
