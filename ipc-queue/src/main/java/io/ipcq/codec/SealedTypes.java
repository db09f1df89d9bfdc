// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DatabindContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.PolymorphicTypeValidator;
import tools.jackson.databind.jsontype.TypeIdResolver;
import tools.jackson.databind.jsontype.impl.StdTypeResolverBuilder;
import tools.jackson.databind.jsontype.impl.TypeIdResolverBase;

/** Marks a value of a sealed type with the simple name of its class: {@code {"@type":"Circle","radius":1.0}}. */
final class SealedTypes extends StdTypeResolverBuilder {

    /*
     * Idea: Jackson finds permitted subclasses by itself, but only one level of them and only below a @JsonTypeInfo,
     * and it makes up names for classes that are not among them. Here the names are a closed table in both directions,
     * made from the class files: a name in the data is looked up in it and never becomes a class in another way.
     */

    private static final long serialVersionUID = 1L;

    /** The property that holds the name. */
    static final String MARK = "@type";

    SealedTypes() {
        super(JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, MARK);
    }

    /**
     * An enum whose constants have bodies is sealed too, but its constants already have names. So is a class of the JDK
     * in one version and not in another ({@code EnumSet}), but its bytes are the same in all.
     */
    static boolean isSealed(Class<?> type) {
        return type.isSealed() && !type.isEnum() && !Sameness.isOfJdk(type);
    }

    /** Whether values of a class can be marked: it, or a type above it, is sealed. */
    static boolean isBelowSealed(@Nullable Class<?> type) {
        return type != null
                && (isSealed(type)
                        || isBelowSealed(type.getSuperclass())
                        || Arrays.stream(type.getInterfaces()).anyMatch(SealedTypes::isBelowSealed));
    }

    @Override
    protected TypeIdResolver idResolver(
            DatabindContext context,
            JavaType base,
            PolymorphicTypeValidator validator,
            Collection<NamedType> subtypes,
            boolean forWriting,
            boolean forReading) {
        return new Names(base, names(base.getRawClass()));
    }

    /** The classes a value of this type can have, by name: the simple one, longer only where two classes share it. */
    static Map<String, Class<?>> names(Class<?> sealed) {
        Set<Class<?>> classes = new LinkedHashSet<>();
        collect(sealed, classes);
        Function<Class<?>, String> name = Class::getSimpleName;
        if (isAmbiguous(classes, name)) {
            name = unambiguous(classes);
        }
        return classes.stream().collect(Collectors.toMap(name, type -> type));
    }

    private static void collect(Class<?> type, Set<Class<?>> classes) {
        if (type.isEnum() || !Modifier.isAbstract(type.getModifiers())) {
            classes.add(type);
        }
        if (isSealed(type)) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                collect(permitted, classes);
            }
        }
    }

    private static Function<Class<?>, String> unambiguous(Set<Class<?>> classes) {
        Map<String, Long> simple =
                classes.stream().collect(Collectors.groupingBy(Class::getSimpleName, Collectors.counting()));
        Function<Class<?>, String> nested =
                type -> simple.getOrDefault(type.getSimpleName(), 1L) > 1 ? nestedName(type) : type.getSimpleName();
        return isAmbiguous(classes, nested) ? Class::getName : nested;
    }

    private static boolean isAmbiguous(Set<Class<?>> classes, Function<Class<?>, String> name) {
        return classes.stream().map(name).distinct().count() < classes.size();
    }

    private static String nestedName(Class<?> type) {
        Class<?> outer = type.getEnclosingClass();
        return outer == null ? type.getSimpleName() : nestedName(outer) + "." + type.getSimpleName();
    }

    /** The table of one sealed type. */
    private static final class Names extends TypeIdResolverBase {

        private final JavaType base;
        private final Map<String, Class<?>> classes;
        private final Map<Class<?>, String> names = new HashMap<>();

        Names(JavaType base, Map<String, Class<?>> classes) {
            super(base);
            this.base = base;
            this.classes = classes;
            classes.forEach((name, type) -> names.put(type, name));
        }

        @Override
        public String idFromValue(DatabindContext context, Object value) {
            Class<?> type = value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass();
            String name = names.get(type);
            if (name == null) {
                throw new JsonRefusal(type.getName() + " is not a permitted subclass of the sealed type "
                        + base.getRawClass().getName() + "; permit it there, permitted=" + names.values());
            }
            return name;
        }

        @Override
        public String idFromValueAndType(DatabindContext context, @Nullable Object value, Class<?> suggested) {
            return value == null ? names.getOrDefault(suggested, "") : idFromValue(context, value);
        }

        @Override
        public @Nullable JavaType typeFromId(DatabindContext context, String name) {
            Class<?> type = classes.get(name);
            return type == null ? null : context.constructSpecializedType(base, type);
        }

        @Override
        public JsonTypeInfo.Id getMechanism() {
            return JsonTypeInfo.Id.NAME;
        }
    }
}
