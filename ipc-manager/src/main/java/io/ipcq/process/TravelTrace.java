// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.NotSerializableException;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the path from a task to the object in it that cannot be serialized. It searches only after serialization has
 * failed. It walks breadth-first over what would have been written, so the path that it names is the shortest.
 *
 * <p>Thread-safe: nothing is shared. Process-safe: not applicable. Survives a crash: not applicable.
 */
public final class TravelTrace {

    private static final int MAX_VISITED = 1_000_000;

    private record Step(Object value, String path, @Nullable String capturedBy) {}

    private final Deque<Step> open = new ArrayDeque<>();
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private TravelTrace() {}

    /**
     * The exception for an object that serialization refused.
     *
     * @param what what was to be sent, such as {@code the task of Process-1}
     * @param root what was written, called {@code rootName} in the message; null if only {@code others} were
     * @param others what was written with it, called {@code othersName} and a number from 1 in the message
     */
    public static CannotTravelException refusal(
            String what,
            @Nullable Object root,
            String rootName,
            @Nullable Object[] others,
            String othersName,
            Throwable refused) {
        if (!(refused instanceof NotSerializableException)) {
            String reason = refused instanceof StackOverflowError ? "its objects are nested too deeply" : "" + refused;
            return new CannotTravelException("cannot send " + what + ": reason=" + reason, refused);
        }
        TravelTrace trace = new TravelTrace();
        trace.add(root, rootName, null);
        trace.addAll(others, othersName, 1);
        Step culprit = trace.search();
        return new CannotTravelException(
                "cannot send " + what + ": "
                        + (culprit == null
                                ? "something in it is a " + refused.getMessage() + ", which is not Serializable"
                                : culprit.path + " is not Serializable" + reason(culprit) + ". " + advice(culprit)),
                refused);
    }

    /** Whether this is the object around a lambda. A codec is not asked about such an object. */
    private static boolean isAccomplice(Step step) {
        return step.value.getClass().getName().equals(step.capturedBy) && !TravelOutput.isMeant(step.value);
    }

    /** Why no codec takes the value. Told only for a class of the program, because only that can be changed. */
    private static String reason(Step culprit) {
        Class<?> type = culprit.value.getClass();
        boolean isValue = !type.isSynthetic() && type.getModule() != Object.class.getModule() && !isAccomplice(culprit);
        return isValue ? ", and as JSON " + EncodedValue.whyNot(culprit.value) : "";
    }

    private static String advice(Step culprit) {
        Class<?> type = culprit.value.getClass();
        if (type.getName().equals(culprit.capturedBy)) {
            return "A lambda or method reference takes this object along because it uses a field or an instance method"
                    + " of it: copy the values that it needs into local variables first, make the method static, or"
                    + " let " + type.getName() + " implement Serializable.";
        }
        if (type.isSynthetic()) {
            return "It is a lambda or method reference of a type that cannot travel: declare it where it is written as"
                    + " a SerializableCallable, SerializableTask or another type that extends Serializable.";
        }
        if (culprit.value instanceof Path) {
            return "Send its toString(), and make the Path in the child.";
        }
        return (type.getModule() == Object.class.getModule()
                        ? "Send what it is made from and make it in the child"
                        : "Let " + type.getName() + " implement Serializable, make it in the child")
                + ", or mark the field that holds it transient.";
    }

    private @Nullable Step search() {
        while (!open.isEmpty() && seen.size() < MAX_VISITED) {
            Step step = open.remove();
            if (step.value instanceof Serializable) {
                expand(step);
            } else if (isAccomplice(step) || EncodedValue.whyNot(step.value) != null) {
                return step;
            }
        }
        return null;
    }

    private void expand(Step step) {
        Object value = step.value;
        SerializedLambda lambda = LambdaForm.of(value);
        if (lambda != null) {
            String capturedBy = lambda.getCapturingClass().replace('/', '.');
            for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
                add(lambda.getCapturedArg(i), step.path + " -> captured argument " + i, capturedBy);
            }
        } else if (value instanceof Object[] array) {
            addAll(array, step.path + "[", 0);
        } else if (value instanceof Collection<?> collection) {
            addAll(collection.toArray(), step.path + "[", 0);
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, element) -> {
                add(key, step.path + ".key", null);
                add(element, step.path + (key instanceof String ? "[" + key + "]" : ".value"), null);
            });
        } else {
            addFields(step);
        }
    }

    private void addFields(Step step) {
        for (Class<?> type = step.value.getClass();
                type != null && Serializable.class.isAssignableFrom(type);
                type = type.getSuperclass()) {
            ObjectStreamClass description = ObjectStreamClass.lookup(type);
            for (ObjectStreamField field : description.getFields()) {
                if (!field.isPrimitive()) {
                    add(read(step.value, type, field.getName()), step.path + "." + field.getName(), null);
                }
            }
        }
    }

    private void addAll(@Nullable Object[] values, String path, int first) {
        String end = path.endsWith("[") ? "]" : "";
        for (int i = 0; i < values.length; i++) {
            add(values[i], path + (first + i) + end, null);
        }
    }

    private void add(@Nullable Object value, String path, @Nullable String capturedBy) {
        if (value != null && seen.add(value)) {
            String type =
                    LambdaForm.of(value) != null ? "" : " (" + value.getClass().getName() + ")";
            open.add(new Step(value, path + type, capturedBy));
        }
    }

    /**
     * The value of a field, or null if its class gives no access. The message then names the class of the culprit
     * without its path.
     */
    private static @Nullable Object read(Object owner, Class<?> type, String name) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field.get(owner);
        } catch (ReflectiveOperationException | RuntimeException closed) {
            return null;
        }
    }

    /** The class of an object. For a lambda or method reference, the class in which it is written. */
    static Class<?> codeOf(Object value) {
        Class<?> type = value.getClass();
        int lambda = type.getName().indexOf("$$Lambda");
        if (lambda < 0) {
            return type;
        }
        try {
            return Class.forName(type.getName().substring(0, lambda), false, type.getClassLoader());
        } catch (ClassNotFoundException noName) {
            return type;
        }
    }
}
