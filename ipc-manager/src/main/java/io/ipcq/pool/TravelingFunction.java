// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.process.LambdaForm;
import java.io.IOException;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * A function as bytes, with a number by which a worker knows it.
 *
 * @param stateless whether all tasks can share one copy, because it has no field in which one task could see changes of
 *     another
 * @param name the name in messages: {@code Letters.write}
 * @param loader the class loader of the classes of its results; null for the JDK's
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares two
record TravelingFunction(
        int number,
        byte[] bytes,
        boolean stateless,
        String name,
        @Nullable ClassLoader loader) {

    /** @throws IOException if serialization refuses */
    static byte[] encode(Serializable function) throws IOException {
        MessageWriter out = new MessageWriter();
        try (HandleOutput objects = new HandleOutput(out)) {
            objects.writeObject(function);
        }
        return out.toBytes();
    }

    static boolean isStateless(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            for (var field : each.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The method that a lambda or method reference calls, or the class of the function. */
    static String nameOf(Object function) {
        SerializedLambda lambda = LambdaForm.of(function);
        if (lambda == null) {
            return function.getClass().getName();
        }
        String type = lambda.getImplClass();
        return type.substring(type.lastIndexOf('/') + 1) + "." + lambda.getImplMethodName();
    }
}
