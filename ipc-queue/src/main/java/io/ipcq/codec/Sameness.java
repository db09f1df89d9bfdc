// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether a value that was read is the one that was written: by {@code equals}, and by what {@code equals} does not
 * see.
 */
final class Sameness {

    /** They are their text: without {@code equals}, or with one that asks the network. */
    private static final Set<String> TEXTS = Set.of(
            "java.lang.StringBuilder",
            "java.lang.StringBuffer",
            "java.net.URL",
            "java.util.concurrent.atomic.AtomicBoolean",
            "java.util.concurrent.atomic.AtomicInteger",
            "java.util.concurrent.atomic.AtomicLong");

    private Sameness() {}

    @SuppressWarnings("ReferenceEquality") // what is identical is the same
    static boolean same(@Nullable Object a, @Nullable Object b) {
        if (a == b || a == null || b == null) {
            return a == b;
        }
        if (a.getClass().isArray()) {
            return sameArrays(a, b);
        }
        if (isOfJdk(a.getClass())) {
            return sameOfJdk(a, b);
        }
        return a.getClass() == b.getClass() && sameObjects(a, b);
    }

    @SuppressWarnings("ReferenceEquality") // there is one such loader
    static boolean isOfJdk(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == ClassLoader.getPlatformClassLoader();
    }

    private static boolean sameArrays(Object a, Object b) {
        int length = Array.getLength(a);
        if (a.getClass() != b.getClass() || length != Array.getLength(b)) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (!same(Array.get(a, i), Array.get(b, i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * A record by its components; else by {@code equals}, and by the fields of the classes below the one that declares
     * it.
     */
    private static boolean sameObjects(Object a, Object b) {
        Class<?> judge = a instanceof Record ? Object.class : judge(a.getClass());
        if (judge != Object.class && !a.equals(b)) {
            return false;
        }
        for (Field field : StateFields.of(a.getClass())) {
            boolean judged = judge != Object.class && field.getDeclaringClass().isAssignableFrom(judge);
            if (!judged && !sameField(field, a, b)) {
                return false;
            }
        }
        return true;
    }

    private static Class<?> judge(Class<?> type) {
        try {
            return type.getMethod("equals", Object.class).getDeclaringClass();
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean sameField(Field field, Object a, Object b) {
        try {
            return field.trySetAccessible() && same(field.get(a), field.get(b));
        } catch (IllegalAccessException e) {
            return false;
        }
    }

    private static boolean sameOfJdk(Object a, Object b) {
        if (a instanceof Optional<?> x) {
            return b instanceof Optional<?> y && same(x.orElse(null), y.orElse(null));
        }
        if (a instanceof AtomicReference<?> x) {
            return b instanceof AtomicReference<?> y && same(x.get(), y.get());
        }
        if (a instanceof Map.Entry<?, ?> x) {
            return b instanceof Map.Entry<?, ?> y && same(x.getKey(), y.getKey()) && same(x.getValue(), y.getValue());
        }
        if (a instanceof Map<?, ?> x) {
            return b instanceof Map<?, ?> y && sameMaps(x, y);
        }
        if (a instanceof Set<?> x) {
            return b instanceof Set<?> y && sameSets(x, y);
        }
        if (a instanceof Collection<?> x) {
            return b instanceof Collection<?> y && sameSequences(x, y);
        }
        return sameScalars(a, b);
    }

    private static boolean sameMaps(Map<?, ?> a, Map<?, ?> b) {
        if (!sameSets(a.keySet(), b.keySet()) || !sameOrder(a, b)) {
            return false;
        }
        if (a instanceof Properties x
                && b instanceof Properties y
                && !x.stringPropertyNames().equals(y.stringPropertyNames())) {
            // there are others behind them, which are no entries
            return false;
        }
        for (Map.Entry<?, ?> entry : a.entrySet()) {
            if (!same(entry.getValue(), b.get(entry.getKey()))) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameSets(Set<?> a, Set<?> b) {
        Map<Object, Object> elements = new HashMap<>();
        b.forEach(element -> elements.put(element, element));
        return a.size() == b.size()
                && sameOrder(a, b)
                && a.stream()
                        .allMatch(element -> elements.containsKey(element) && same(element, elements.get(element)));
    }

    /** Where a Map or Set is declared, the order of what was sorted does not matter. */
    private static boolean sameOrder(Object a, Object b) {
        if (a instanceof SortedSet<?> x && b instanceof SortedSet<?> y) {
            return Objects.equals(x.comparator(), y.comparator());
        }
        return !(a instanceof SortedMap<?, ?> x && b instanceof SortedMap<?, ?> y)
                || Objects.equals(x.comparator(), y.comparator());
    }

    /** The classes of two lists, or of two queues, do not matter, but for what a queue does with its elements. */
    private static boolean sameSequences(Collection<?> a, Collection<?> b) {
        if (a.size() != b.size()
                || (a instanceof List<?> && !(b instanceof List<?>))
                || !Objects.equals(rule(a), rule(b))) {
            return false;
        }
        Iterator<?> other = b.iterator();
        for (Object element : a) {
            if (!same(element, other.next())) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Object rule(Collection<?> queue) {
        if (queue instanceof BlockingQueue<?> bounded) {
            return List.of(queue.getClass(), bounded.remainingCapacity());
        }
        return queue instanceof PriorityQueue<?> sorted
                ? Arrays.asList(PriorityQueue.class, sorted.comparator())
                : null;
    }

    /** Some have no {@code equals}; of others it does not see all, such as the name of an address. */
    private static boolean sameScalars(Object a, Object b) {
        if (a instanceof Pattern x) {
            return b instanceof Pattern y && x.pattern().equals(y.pattern()) && x.flags() == y.flags();
        }
        if (a.getClass() != b.getClass()) {
            return false;
        }
        if (a instanceof Calendar) {
            // its text tells what it has computed so far
            return a.equals(b);
        }
        return a.toString().equals(b.toString()) && (TEXTS.contains(a.getClass().getName()) || a.equals(b));
    }
}
