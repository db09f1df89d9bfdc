// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import io.ipcq.codec.Codec;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An interface whose methods other processes can call. Each method has a name, and a codec for each of its values. */
public final class OwnType {

    private final Class<?> type;
    private final Map<String, Operation> operations = new LinkedHashMap<>();

    /**
     * @throws IllegalArgumentException if it is no interface, a method is overloaded by types only, or a type has no
     *     codec
     */
    public OwnType(Class<?> type) {
        if (!type.isInterface()) {
            throw new IllegalArgumentException(
                    "only the methods of an interface can be served: type=" + type.getName());
        }
        this.type = type;
        for (Method method : type.getMethods()) {
            if (java.lang.reflect.Modifier.isStatic(method.getModifiers())) {
                continue;
            }
            method.trySetAccessible();
            if (operations.put(nameOf(method), new Operation(method)) != null) {
                throw new IllegalArgumentException("two methods have the same name and number of parameters: type="
                        + type.getName() + ", method=" + method.getName());
            }
        }
    }

    /** What the interface is called on the wire. */
    public String name() {
        return type.getName();
    }

    public Class<?> type() {
        return type;
    }

    public @Nullable Operation operation(String name) {
        return operations.get(name);
    }

    public Operation operation(Method method) {
        return java.util.Objects.requireNonNull(operations.get(nameOf(method)));
    }

    public static String nameOf(Method method) {
        return method.getName() + "/" + method.getParameterCount();
    }

    /** One method with the codecs of its values. */
    public record Operation(
            Method method,
            List<Codec<Object>> parameters,
            @Nullable Codec<Object> result) {

        Operation(Method method) {
            this(
                    method,
                    Arrays.stream(method.getGenericParameterTypes())
                            .map(OwnType::codec)
                            .toList(),
                    method.getReturnType() == void.class ? null : codec(method.getGenericReturnType()));
        }

        public String name() {
            return nameOf(method);
        }

        public Object[] decode(List<@Nullable Object> wire) {
            if (wire.size() != parameters.size()) {
                throw new RpcException(
                        Protocol.INVALID_PARAMS,
                        "wrong number of arguments: wanted=" + parameters.size() + ", got=" + wire.size());
            }
            @Nullable Object[] values = new @Nullable Object[wire.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = EncodedElements.value(parameters.get(i), wire.get(i));
            }
            return values;
        }

        public List<@Nullable Object> encode(@Nullable Object @Nullable [] arguments) {
            @Nullable Object[] wire = new @Nullable Object[parameters.size()];
            for (int i = 0; i < wire.length; i++) {
                wire[i] = EncodedElements.wire(parameters.get(i), arguments == null ? null : arguments[i]);
            }
            return Arrays.asList(wire);
        }

        public @Nullable Object encode(@Nullable Object value) {
            return result == null ? null : EncodedElements.wire(result, value);
        }

        public @Nullable Object decode(@Nullable Object wire) {
            return result == null ? null : EncodedElements.value(result, wire);
        }
    }

    @SuppressWarnings("unchecked")
    private static Codec<Object> codec(Type type) {
        return (Codec<Object>) Codec.json(type);
    }
}
