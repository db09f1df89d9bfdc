// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value as a key. Keys have an order, because a client can easily make many with the same hash. Among keys with
 * the same hash, the JDK's hash maps find one by its order.
 *
 * @param value its objects have their members in order
 */
record MapKey(Object value) implements Comparable<MapKey> {

    /** The types of JSON values. Values of different types are not equal. */
    private static final List<Class<?>> KINDS = List.of(
            String.class,
            Integer.class,
            Long.class,
            BigInteger.class,
            BigDecimal.class,
            Double.class,
            Boolean.class,
            List.class,
            Map.class);

    static MapKey of(Object value) {
        return new MapKey(sorted(value));
    }

    private static Object sorted(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(MapKey::sortedOrNull).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, @Nullable Object> members = new TreeMap<>();
            map.forEach((name, member) -> members.put(name, sortedOrNull(member)));
            return members;
        }
        return value;
    }

    private static @Nullable Object sortedOrNull(@Nullable Object value) {
        return value == null ? null : sorted(value);
    }

    /** 0 only for equal values. */
    @Override
    public int compareTo(MapKey other) {
        return compare(value, other.value);
    }

    private static int compare(@Nullable Object a, @Nullable Object b) {
        int kinds = Integer.compare(kind(a), kind(b));
        if (kinds != 0 || a == null || b == null) {
            return kinds;
        }
        if (a instanceof List<?> list) {
            return compareLists(list, (List<?>) b);
        }
        if (a instanceof Map<?, ?> map) {
            return compareMaps(map, (Map<?, ?>) b);
        }
        if (a instanceof BigDecimal decimal) {
            return compareDecimals(decimal, (BigDecimal) b);
        }
        return compareNaturally(a, b);
    }

    private static int kind(@Nullable Object value) {
        for (int kind = 0; kind < KINDS.size(); kind++) {
            if (KINDS.get(kind).isInstance(value)) {
                return kind;
            }
        }
        return KINDS.size();
    }

    private static int compareLists(List<?> a, List<?> b) {
        int sizes = Integer.compare(a.size(), b.size());
        return sizes != 0 ? sizes : compareEach(a.iterator(), b.iterator());
    }

    private static int compareMaps(Map<?, ?> a, Map<?, ?> b) {
        int sizes = Integer.compare(a.size(), b.size());
        if (sizes != 0) {
            return sizes;
        }
        int names = compareEach(a.keySet().iterator(), b.keySet().iterator());
        return names != 0
                ? names
                : compareEach(a.values().iterator(), b.values().iterator());
    }

    private static int compareEach(Iterator<?> a, Iterator<?> b) {
        while (a.hasNext()) {
            int items = compare(a.next(), b.next());
            if (items != 0) {
                return items;
            }
        }
        return 0;
    }

    /** Compares digits and scale, as {@code equals} does. */
    private static int compareDecimals(BigDecimal a, BigDecimal b) {
        int scales = Integer.compare(a.scale(), b.scale());
        return scales != 0 ? scales : a.unscaledValue().compareTo(b.unscaledValue());
    }

    @SuppressWarnings("unchecked") // they are of the same kind
    private static int compareNaturally(Object a, Object b) {
        return ((Comparable<Object>) a).compareTo(b);
    }
}
