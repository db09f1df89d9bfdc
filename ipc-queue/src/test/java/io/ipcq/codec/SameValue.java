// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/**
 * What "comes back equal" means, more strictly than {@code equals}: an object of ours by all its fields, also those
 * that a subclass hides; a number by its bits; a collection by its kind, elements and order of sorting.
 */
final class SameValue {

    private SameValue() {}

    static boolean same(Object a, Object b) {
        if (a == b) {
            return true;
        }
        if (a == null || b == null) {
            return false;
        }
        if (a.getClass().isArray()) {
            return sameArray(a, b);
        }
        return isOurs(a.getClass()) ? sameObject(a, b) : sameOfJdk(a, b);
    }

    private static boolean isOurs(Class<?> type) {
        return type.getClassLoader() != null && type.getClassLoader() != ClassLoader.getPlatformClassLoader();
    }

    private static boolean sameArray(Object a, Object b) {
        if (a.getClass() != b.getClass() || Array.getLength(a) != Array.getLength(b)) {
            return false;
        }
        for (int i = 0; i < Array.getLength(a); i++) {
            if (!same(Array.get(a, i), Array.get(b, i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameObject(Object a, Object b) {
        if (a instanceof List<?> && b instanceof List<?> && !isOurs(b.getClass())) {
            // a list of ours where List is declared: lists of any class are equal
            return sameOfJdk(a, b);
        }
        if (a.getClass() != b.getClass()) {
            return false;
        }
        if (a instanceof Enum<?>) {
            return false;
        }
        Class<?> type = a.getClass();
        for (; isOurs(type); type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())
                        && !Modifier.isTransient(field.getModifiers())
                        && !same(value(field, a), value(field, b))) {
                    return false;
                }
            }
        }
        return type == Object.class || type == Record.class || sameOfJdk(a, b);
    }

    private static Object value(Field field, Object object) {
        try {
            field.setAccessible(true);
            return field.get(object);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean sameOfJdk(Object a, Object b) {
        if (a instanceof Optional<?> x && b instanceof Optional<?> y) {
            return same(x.orElse(null), y.orElse(null));
        }
        if (a instanceof AtomicReference<?> x && b instanceof AtomicReference<?> y) {
            return same(x.get(), y.get());
        }
        if (a instanceof Map.Entry<?, ?> x && b instanceof Map.Entry<?, ?> y) {
            return same(x.getKey(), y.getKey()) && same(x.getValue(), y.getValue());
        }
        if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
            return sameMap(x, y);
        }
        if (a instanceof Collection<?> x && b instanceof Collection<?> y) {
            return sameCollection(x, y);
        }
        return sameByForm(a, b);
    }

    private static boolean sameByForm(Object a, Object b) {
        if (a instanceof Iterator<?> || a instanceof Throwable) {
            return false;
        }
        if (a instanceof AtomicInteger || a instanceof AtomicLong || a instanceof AtomicBoolean) {
            return a.getClass() == b.getClass() && a.toString().equals(b.toString());
        }
        if (a instanceof Pattern x && b instanceof Pattern y) {
            return x.pattern().equals(y.pattern()) && x.flags() == y.flags();
        }
        if (a instanceof StringBuilder || a instanceof StringBuffer || a instanceof URL) {
            return a.getClass() == b.getClass() && a.toString().equals(b.toString());
        }
        if (a instanceof InetAddress || a instanceof InetSocketAddress) {
            return a.equals(b) && a.toString().equals(b.toString());
        }
        return a.equals(b) && b.equals(a);
    }

    private static boolean sameMap(Map<?, ?> a, Map<?, ?> b) {
        if (a.size() != b.size() || a instanceof IdentityHashMap<?, ?> != b instanceof IdentityHashMap<?, ?>) {
            return false;
        }
        if (a instanceof SortedMap<?, ?> x
                && b instanceof SortedMap<?, ?> y
                && !Objects.equals(x.comparator(), y.comparator())) {
            return false;
        }
        return sameElements(new ArrayList<>(a.entrySet()), new ArrayList<>(b.entrySet()));
    }

    private static boolean sameCollection(Collection<?> a, Collection<?> b) {
        if (a.size() != b.size() || a instanceof List<?> && !(b instanceof List<?>)) {
            return false;
        }
        if (a instanceof Set<?> x) {
            return b instanceof Set<?> y && sameSet(x, y);
        }
        if (a instanceof PriorityQueue<?> x
                && !(b instanceof PriorityQueue<?> y && Objects.equals(x.comparator(), y.comparator()))) {
            return false;
        }
        if (a instanceof BlockingQueue<?> x
                && !(b instanceof BlockingQueue<?> y && x.remainingCapacity() == y.remainingCapacity())) {
            return false;
        }
        Iterator<?> other = b.iterator();
        return a.stream().allMatch(element -> same(element, other.next()));
    }

    private static boolean sameSet(Set<?> a, Set<?> b) {
        if (a instanceof SortedSet<?> x
                && b instanceof SortedSet<?> y
                && !Objects.equals(x.comparator(), y.comparator())) {
            return false;
        }
        return sameElements(new ArrayList<>(a), new ArrayList<>(b));
    }

    /** Each element of one is that of the other, in any order. */
    private static boolean sameElements(List<?> a, List<?> b) {
        Set<Integer> used = new HashSet<>();
        for (Object element : a) {
            boolean found = false;
            for (int i = 0; i < b.size() && !found; i++) {
                found = !used.contains(i) && same(element, b.get(i)) && used.add(i);
            }
            if (!found) {
                return false;
            }
        }
        return true;
    }
}
