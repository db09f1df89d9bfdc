// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Currency;
import java.util.Date;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.TreeNode;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.annotation.JsonDeserialize;

/** The types of the JDK whose values come back equal, all of them or those that meet a condition. */
final class KnownTypes {

    /**
     * Which values of a type come back. This is not a record: the JVM keeps the class of the last record whose
     * {@code equals} was called, and with it its class loader.
     */
    static final class Condition {

        private final Predicate<Object> comesBack;
        private final String otherwise;

        /** @param otherwise what would become of the others */
        Condition(Predicate<Object> comesBack, String otherwise) {
            this.comesBack = comesBack;
            this.otherwise = otherwise;
        }

        boolean comesBack(Object value) {
            return comesBack.test(value);
        }

        String otherwise() {
            return otherwise;
        }
    }

    static final Condition ALWAYS = new Condition(value -> true, "");

    private static final Condition READABLE_DECIMAL = new Condition(
            value -> value.getClass() == BigDecimal.class && isReadable((BigDecimal) value),
            "would come back without its class, or has an exponent that no reader takes");
    private static final Condition NATURAL_ORDER =
            new Condition(KnownTypes::isInNaturalOrder, "would lose its comparator");
    private static final Condition PLAIN_QUEUE =
            new Condition(KnownTypes::isPlainQueue, "would lose its order or its bound");
    private static final Condition PLAIN_COLLECTION =
            new Condition(value -> !(value instanceof Set<?>) && isPlainQueue(value), "would come back as a list");
    private static final Condition PLAIN_MAP =
            new Condition(value -> !(value instanceof IdentityHashMap<?, ?>), "would come back as a map by equals");

    private static final Map<Class<?>, Condition> CONDITIONS = conditions();

    private static final Set<Class<?>> KEYS = Set.of(
            Boolean.class,
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            Double.class,
            BigInteger.class,
            UUID.class,
            Instant.class,
            LocalDate.class,
            LocalDateTime.class,
            LocalTime.class,
            Year.class,
            ZoneOffset.class);

    private KnownTypes() {}

    /** Which values of a type come back; null if that is not known. */
    static @Nullable Condition condition(JavaType type) {
        return type.isArrayType() ? arrays(type) : CONDITIONS.get(type.getRawClass());
    }

    /** Whether all values of a type come back as keys of a map. */
    static boolean isKey(Class<?> type) {
        return KEYS.contains(type);
    }

    /** Whether writing a value uses it up, so that it cannot be tried. */
    static boolean isConsumed(JavaType type) {
        return type.isTypeOrSubTypeOf(Iterator.class) || type.isTypeOrSubTypeOf(BaseStream.class);
    }

    /** Whether null is read as an empty value. */
    static boolean isNullAmbiguous(@Nullable JavaType type) {
        return type != null
                && (type.isReferenceType()
                        || type.hasRawClass(OptionalInt.class)
                        || type.hasRawClass(OptionalLong.class)
                        || type.hasRawClass(OptionalDouble.class)
                        || type.isTypeOrSubTypeOf(TreeNode.class));
    }

    /** Whether null in a collection of the type may be read as something else: its own reader may say so. */
    static boolean mayBeNullAmbiguous(@Nullable JavaType type) {
        return type != null && (isNullAmbiguous(type) || type.getRawClass().isAnnotationPresent(JsonDeserialize.class));
    }

    /** An array may be of a subclass: a {@code String[]} where {@code Object[]} is declared. */
    private static Condition arrays(JavaType type) {
        Class<?> element = type.getRawClass();
        while (element.isArray()) {
            element = element.getComponentType();
        }
        return Modifier.isFinal(element.getModifiers()) ? ALWAYS : exactly(type.getRawClass());
    }

    private static Condition exactly(Class<?> type) {
        return new Condition(value -> value.getClass() == type, "would come back as a " + type.getTypeName());
    }

    private static Map<Class<?>, Condition> conditions() {
        Map<Class<?>, Condition> conditions = new HashMap<>();
        scalars().forEach(type -> conditions.put(type, ALWAYS));
        extensible().forEach(type -> conditions.put(type, exactly(type)));
        collections().forEach(type -> conditions.put(type, ALWAYS));
        conditions.put(BigDecimal.class, READABLE_DECIMAL);
        sorted().forEach(type -> conditions.put(type, NATURAL_ORDER));
        conditions.put(Queue.class, PLAIN_QUEUE);
        conditions.put(Deque.class, PLAIN_QUEUE);
        conditions.put(Collection.class, PLAIN_COLLECTION);
        conditions.put(Map.class, PLAIN_MAP);
        return Map.copyOf(conditions);
    }

    private static Set<Class<?>> scalars() {
        return Set.of(
                String.class,
                Boolean.class,
                Byte.class,
                Short.class,
                Integer.class,
                Long.class,
                Float.class,
                Double.class,
                Character.class,
                UUID.class,
                URI.class,
                Currency.class,
                Instant.class,
                LocalDate.class,
                LocalTime.class,
                LocalDateTime.class,
                OffsetDateTime.class,
                OffsetTime.class,
                ZonedDateTime.class,
                ZoneId.class,
                ZoneOffset.class,
                Duration.class,
                Period.class,
                Year.class,
                YearMonth.class,
                MonthDay.class,
                Optional.class,
                OptionalInt.class,
                OptionalLong.class,
                OptionalDouble.class);
    }

    /** Users may extend them. */
    private static Set<Class<?>> extensible() {
        return Set.of(
                BigInteger.class,
                Date.class,
                AtomicBoolean.class,
                AtomicInteger.class,
                AtomicLong.class,
                AtomicReference.class);
    }

    private static Set<Class<?>> collections() {
        return Set.of(
                List.class,
                ArrayList.class,
                LinkedList.class,
                CopyOnWriteArrayList.class,
                Set.class,
                HashSet.class,
                LinkedHashSet.class,
                CopyOnWriteArraySet.class,
                EnumSet.class,
                ArrayDeque.class,
                ConcurrentLinkedQueue.class,
                ConcurrentLinkedDeque.class,
                HashMap.class,
                LinkedHashMap.class,
                ConcurrentMap.class,
                ConcurrentHashMap.class,
                EnumMap.class);
    }

    private static Set<Class<?>> sorted() {
        return Set.of(
                SortedSet.class,
                NavigableSet.class,
                TreeSet.class,
                ConcurrentSkipListSet.class,
                SortedMap.class,
                NavigableMap.class,
                TreeMap.class,
                ConcurrentSkipListMap.class,
                PriorityQueue.class);
    }

    /** The exponent in its text may need more than 32 bits, which its own constructor does not take. */
    private static boolean isReadable(BigDecimal value) {
        boolean usual = Math.abs((long) value.scale()) < Integer.MAX_VALUE / 2;
        long exponent = usual ? 0 : value.precision() - 1L - value.scale();
        return (int) exponent == exponent;
    }

    private static boolean isInNaturalOrder(Object value) {
        if (value instanceof SortedSet<?> set) {
            return set.comparator() == null;
        }
        if (value instanceof SortedMap<?, ?> map) {
            return map.comparator() == null;
        }
        return value instanceof PriorityQueue<?> queue && queue.comparator() == null;
    }

    /** It comes back as a LinkedList, which gives its elements in their order and has no bound. */
    private static boolean isPlainQueue(Object value) {
        return !(value instanceof PriorityQueue<?> || value instanceof BlockingQueue<?>);
    }
}
