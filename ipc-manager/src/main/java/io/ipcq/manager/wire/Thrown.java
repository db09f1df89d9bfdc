// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a method of a served object threw: its class and the superclasses of that, by name, and its message.
 *
 * <p>A client makes only exceptions of the JDK, and those that the method declares. So a server cannot make a client
 * load any other class, and the method may always throw what arrives.
 */
public record Thrown(List<String> types, @Nullable String message) {

    public static Thrown of(Throwable thrown) {
        List<String> types = new ArrayList<>();
        for (Class<?> type = thrown.getClass(); type != Throwable.class && type != null; type = type.getSuperclass()) {
            types.add(type.getName());
        }
        return new Thrown(types, thrown.getMessage());
    }

    public Map<String, @Nullable Object> wire() {
        Map<String, @Nullable Object> wire = new LinkedHashMap<>();
        wire.put("types", types);
        wire.put("message", message);
        return wire;
    }

    /** Reads what a server sent; null if that is none of these. */
    public static @Nullable Thrown read(@Nullable Object wire) {
        if (!(wire instanceof Map<?, ?> data) || !(data.get("types") instanceof List<?> names)) {
            return null;
        }
        return new Thrown(
                names.stream().map(String::valueOf).toList(),
                data.get("message") instanceof String message ? message : null);
    }

    /** The exception, or else its nearest superclass that can be made here; null if there is none. */
    public @Nullable Throwable remake(Class<?>[] declared) {
        for (String name : types) {
            Class<?> type = find(name, declared);
            Throwable made = type == null ? null : make(type);
            if (made != null) {
                return made;
            }
        }
        return null;
    }

    private static @Nullable Class<?> find(String name, Class<?>[] declared) {
        for (Class<?> type : declared) {
            if (type.getName().equals(name)) {
                return type;
            }
        }
        if (!name.startsWith("java.")) {
            return null;
        }
        try {
            Class<?> type = Class.forName(name, false, ClassLoader.getPlatformClassLoader());
            return RuntimeException.class.isAssignableFrom(type) || isOneOf(type, declared) ? type : null;
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }

    private static boolean isOneOf(Class<?> type, Class<?>[] declared) {
        for (Class<?> each : declared) {
            if (each.isAssignableFrom(type) && Exception.class.isAssignableFrom(type)) {
                return true;
            }
        }
        return false;
    }

    private @Nullable Throwable make(Class<?> type) {
        try {
            for (Constructor<?> constructor : type.getConstructors()) {
                if (List.of(constructor.getParameterTypes()).equals(List.of(String.class))) {
                    return (Throwable) constructor.newInstance(message);
                }
            }
            return message == null ? (Throwable) type.getConstructor().newInstance() : null;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }
}
