// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.Serializable;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Currency;
import java.util.Date;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.SimpleTimeZone;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.Stack;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.WeakHashMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A type, and values that a field of this type can have.
 *
 * @param known whether each of the values has to be taken, alone and in whatever holds it
 */
record Specimen(Type type, boolean known, List<?> values) {

    static List<Specimen> all() {
        List<Specimen> all = new ArrayList<>(plain());
        all.addAll(times());
        all.addAll(arrays());
        all.addAll(collections());
        all.addAll(maps());
        all.addAll(oddCollections());
        all.addAll(oddScalars());
        all.addAll(open());
        all.addAll(shapes());
        return all;
    }

    private static Specimen known(Type type, Object... values) {
        return new Specimen(type, true, Arrays.asList(values));
    }

    private static Specimen known(TypeRef<?> type, Object... values) {
        return known(type.type(), values);
    }

    private static Specimen odd(Type type, Object... values) {
        return new Specimen(type, false, Arrays.asList(values));
    }

    private static Specimen odd(TypeRef<?> type, Object... values) {
        return odd(type.type(), values);
    }

    private static List<Specimen> plain() {
        return List.of(
                known(String.class, "", "text", "Zoë \"🙂\" \n\u0000\u2028", " ", "null", "NaN"),
                known(Boolean.class, true, false),
                known(Byte.class, Byte.MIN_VALUE, (byte) 7),
                known(Short.class, Short.MIN_VALUE, (short) 7),
                known(Integer.class, Integer.MIN_VALUE, 0, 7),
                known(Long.class, Long.MIN_VALUE, Long.MAX_VALUE, 7L),
                known(Float.class, 0.1f, -0f, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, Float.MAX_VALUE),
                known(Double.class, 0.1, -0.0, 0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE, 1e22),
                known(Character.class, 'x', '"', '\u0000', 'ß', '7'),
                odd(Character.class, '\uD800', '\uDC00'),
                odd(String.class, "\uD800", "x\uDC00"),
                known(BigInteger.class, BigInteger.ZERO, BigInteger.ONE.negate(), BigInteger.TWO.pow(200)),
                known(BigDecimal.class, decimal("1.50"), decimal("1E+5"), decimal("-0.00"), decimal("1E-400")),
                odd(BigDecimal.class, decimal("1E+2147483647"), new BigDecimal(BigInteger.TEN, Integer.MAX_VALUE)),
                odd(BigDecimal.class, new BigDecimal(BigInteger.ONE, Integer.MIN_VALUE)),
                odd(BigDecimal.class, new BigDecimal(BigInteger.TEN, Integer.MIN_VALUE + 1)),
                known(UUID.class, new UUID(1, 2), new UUID(-1, -1)),
                known(URI.class, URI.create("http://example.org/a%20b?c#d"), URI.create(""), URI.create("a:b")),
                known(Shapes.OtherNames.class, Shapes.OtherNames.ONE, Shapes.OtherNames.TWO),
                known(TimeUnit.class, TimeUnit.DAYS),
                known(JsonCodecTest.Level.class, JsonCodecTest.Level.LOW, JsonCodecTest.Level.HIGH),
                known(OptionalInt.class, OptionalInt.empty(), OptionalInt.of(0)),
                known(OptionalLong.class, OptionalLong.empty(), OptionalLong.of(-1)),
                known(OptionalDouble.class, OptionalDouble.empty(), OptionalDouble.of(-0.0)),
                known(AtomicBoolean.class, new AtomicBoolean(true)),
                known(AtomicInteger.class, new AtomicInteger(-3)),
                known(AtomicLong.class, new AtomicLong(1L << 60)),
                known(Currency.class, Currency.getInstance("EUR")));
    }

    private static BigDecimal decimal(String text) {
        return new BigDecimal(text);
    }

    private static List<Specimen> times() {
        LocalDateTime overlap = LocalDateTime.of(2024, 10, 27, 2, 30);
        ZoneId paris = ZoneId.of("Europe/Paris");
        return List.of(
                known(Instant.class, Instant.EPOCH, Instant.ofEpochSecond(-1, 1), Instant.MAX, Instant.MIN),
                known(LocalDate.class, LocalDate.EPOCH, LocalDate.of(2024, 2, 29), LocalDate.MIN, LocalDate.MAX),
                known(LocalTime.class, LocalTime.MIN, LocalTime.MAX, LocalTime.of(12, 0)),
                known(LocalDateTime.class, overlap, LocalDateTime.MIN, LocalDateTime.MAX),
                known(OffsetDateTime.class, overlap.atOffset(ZoneOffset.UTC), OffsetDateTime.MIN, OffsetDateTime.MAX),
                known(OffsetTime.class, OffsetTime.MIN, OffsetTime.MAX),
                known(
                        ZonedDateTime.class,
                        overlap.atZone(paris).withLaterOffsetAtOverlap(),
                        overlap.atZone(paris).withEarlierOffsetAtOverlap(),
                        overlap.atZone(ZoneId.of("UTC")),
                        overlap.atZone(ZoneOffset.UTC),
                        overlap.atZone(ZoneOffset.ofHours(2))),
                odd(
                        ZonedDateTime.class,
                        overlap.atZone(ZoneId.of("UTC+01:00")),
                        overlap.atZone(ZoneId.of("GMT0")),
                        ZonedDateTime.of(LocalDateTime.MAX, paris)),
                known(Duration.class, Duration.ZERO, Duration.ofSeconds(-90, 7), Duration.ofSeconds(Long.MAX_VALUE)),
                odd(
                        Duration.class,
                        Duration.ofSeconds(Long.MIN_VALUE),
                        Duration.ofSeconds(Long.MAX_VALUE, 999_999_999)),
                known(Period.class, Period.ZERO, Period.of(1, -2, 3)),
                known(Year.class, Year.of(2024), Year.of(-5), Year.of(Year.MAX_VALUE)),
                known(YearMonth.class, YearMonth.of(2024, 2), YearMonth.of(-5, 12), YearMonth.of(12345, 1)),
                known(MonthDay.class, MonthDay.of(2, 29)),
                known(Month.class, Month.MAY),
                known(DayOfWeek.class, DayOfWeek.SUNDAY),
                known(ZoneOffset.class, ZoneOffset.UTC, ZoneOffset.MAX, ZoneOffset.ofTotalSeconds(-61)),
                known(ZoneId.class, paris, ZoneId.of("UTC"), ZoneOffset.UTC, ZoneId.of("UTC+01:00")),
                known(Date.class, new Date(0), new Date(1)),
                odd(Date.class, new Date(Long.MIN_VALUE), new Date(Long.MAX_VALUE), new Date(-62135769600001L)),
                odd(Date.class, new Shapes.NamedDate(5, "x"), new Timestamp(5), new java.sql.Date(5)),
                odd(Timestamp.class, new Timestamp(5), nanos(), new Timestamp(-1)),
                odd(java.sql.Date.class, java.sql.Date.valueOf("2024-02-29"), new java.sql.Date(5)),
                odd(java.sql.Time.class, java.sql.Time.valueOf("12:00:01"), new java.sql.Time(5)),
                odd(Calendar.class, calendar("UTC"), calendar("Asia/Tokyo")),
                odd(GregorianCalendar.class, calendar("UTC"), calendar("Asia/Tokyo")),
                odd(
                        TimeZone.class,
                        TimeZone.getTimeZone("UTC"),
                        TimeZone.getTimeZone("Asia/Tokyo"),
                        new SimpleTimeZone(5, "x")));
    }

    private static Timestamp nanos() {
        Timestamp timestamp = new Timestamp(5);
        timestamp.setNanos(123_456_789);
        return timestamp;
    }

    private static Calendar calendar(String zone) {
        Calendar calendar = new GregorianCalendar(TimeZone.getTimeZone(zone), Locale.ROOT);
        calendar.setTimeInMillis(5);
        return calendar;
    }

    private static List<Specimen> arrays() {
        return List.of(
                known(byte[].class, new byte[0], new byte[] {0, -1, 127}),
                known(short[].class, new short[] {1, -1}),
                known(int[].class, new int[0], new int[] {1, -1}),
                known(long[].class, new long[] {Long.MIN_VALUE}),
                known(float[].class, new float[] {-0f, Float.NaN, 0.1f}),
                known(double[].class, new double[] {-0.0, Double.NaN, Double.NEGATIVE_INFINITY, 0.1}),
                known(boolean[].class, new boolean[] {true, false}),
                known(char[].class, new char[] {'a', '"'}, new char[0]),
                odd(char[].class, new char[] {'\uD800'}, new char[] {'a', '\uDC00'}),
                known(String[].class, (Object) new String[] {"a", null, ""}),
                known(int[][].class, (Object) new int[][] {{1}, {}, null}),
                known(Integer[].class, (Object) new Integer[] {1, null}),
                known(Byte[].class, (Object) new Byte[] {1, null}),
                known(Character[].class, (Object) new Character[] {'x', null}),
                odd(Object[].class, new Object[] {1, "x", -0.0, null}, new String[] {"x"}, new Object[] {5L}),
                odd(Number[].class, new Number[] {1, 1.5}, new Integer[] {1}));
    }

    private static List<Specimen> collections() {
        List<Shapes.Order> orders = List.of(new Shapes.Order(1, "x", 2, true, -0.0, List.of("a")));
        return List.of(
                known(new TypeRef<List<Shapes.Order>>() {}, List.of(), orders, new LinkedList<>(orders)),
                known(new TypeRef<ArrayList<String>>() {}, new ArrayList<>(Arrays.asList("x", null))),
                known(new TypeRef<LinkedList<Double>>() {}, new LinkedList<>(List.of(-0.0))),
                known(new TypeRef<Collection<String>>() {}, List.of("x"), new ArrayList<>(List.of("y"))),
                known(new TypeRef<Set<String>>() {}, Set.of(), Set.of("x", "y"), new TreeSet<>(Set.of("b", "a"))),
                known(new TypeRef<HashSet<Integer>>() {}, new HashSet<>(List.of(1)), new LinkedHashSet<>(List.of(2))),
                known(new TypeRef<LinkedHashSet<Integer>>() {}, new LinkedHashSet<>(List.of(3, 1))),
                known(new TypeRef<SortedSet<String>>() {}, new TreeSet<>(List.of("b", "a"))),
                known(new TypeRef<NavigableSet<Integer>>() {}, new TreeSet<>(List.of(3, 1))),
                known(new TypeRef<TreeSet<Integer>>() {}, new TreeSet<>(List.of(3, 1))),
                known(new TypeRef<Queue<String>>() {}, new ArrayDeque<>(List.of("b", "a")), new LinkedList<>()),
                known(new TypeRef<Deque<String>>() {}, new ArrayDeque<>(List.of("b", "a"))),
                known(new TypeRef<ArrayDeque<String>>() {}, new ArrayDeque<>(List.of("b", "a"))),
                known(new TypeRef<Vector<String>>() {}, new Vector<>(List.of("b"))),
                known(new TypeRef<CopyOnWriteArrayList<String>>() {}, new CopyOnWriteArrayList<>(List.of("b"))),
                known(new TypeRef<CopyOnWriteArraySet<String>>() {}, new CopyOnWriteArraySet<>(List.of("b"))),
                known(new TypeRef<ConcurrentLinkedQueue<String>>() {}, new ConcurrentLinkedQueue<>(List.of("b"))),
                known(new TypeRef<PriorityQueue<String>>() {}, new PriorityQueue<>(List.of("b", "a"))),
                known(
                        new TypeRef<EnumSet<Month>>() {},
                        EnumSet.of(Month.MAY, Month.APRIL),
                        EnumSet.noneOf(Month.class)));
    }

    private static List<Specimen> maps() {
        Map<String, Integer> map = new LinkedHashMap<>();
        map.put("z", 1);
        map.put("", null);
        return List.of(
                known(new TypeRef<Map<String, Integer>>() {}, Map.of(), map, new TreeMap<>(map)),
                known(new TypeRef<HashMap<String, Integer>>() {}, new HashMap<>(map), new LinkedHashMap<>(map)),
                known(new TypeRef<LinkedHashMap<Long, List<String>>>() {}, new LinkedHashMap<>(Map.of(5L, List.of()))),
                known(new TypeRef<SortedMap<Integer, String>>() {}, new TreeMap<>(Map.of(10, "a", 9, "b"))),
                known(new TypeRef<NavigableMap<Integer, String>>() {}, new TreeMap<>(Map.of(10, "a", 9, "b"))),
                known(new TypeRef<TreeMap<String, String>>() {}, new TreeMap<>(Map.of("b", "a", "a", "b"))),
                known(new TypeRef<ConcurrentMap<String, String>>() {}, new ConcurrentHashMap<>(Map.of("b", "a"))),
                known(new TypeRef<ConcurrentHashMap<String, String>>() {}, new ConcurrentHashMap<>(Map.of("b", "a"))),
                known(new TypeRef<ConcurrentSkipListMap<String, String>>() {}, new ConcurrentSkipListMap<>()),
                known(new TypeRef<ConcurrentSkipListSet<String>>() {}, new ConcurrentSkipListSet<>(Set.of("x"))),
                known(new TypeRef<Hashtable<String, String>>() {}, new Hashtable<>(Map.of("b", "a"))),
                known(new TypeRef<EnumMap<Month, String>>() {}, new EnumMap<>(Map.of(Month.MAY, "x"))),
                known(new TypeRef<Map<Double, String>>() {}, Map.of(-0.0, "minus", 0.0, "plus", 0.1, "x")),
                odd(new TypeRef<Map<Float, String>>() {}, Map.of(-0f, "minus", 0f, "plus", Float.NaN, "x")),
                known(new TypeRef<Map.Entry<String, Integer>>() {}, Map.entry("a", 1)),
                odd(new TypeRef<AbstractMap.SimpleEntry<String, Long>>() {}, new AbstractMap.SimpleEntry<>("a", 1L)));
    }

    private static Properties properties(Properties defaults) {
        Properties properties = new Properties(defaults);
        properties.setProperty("a", "b");
        return properties;
    }

    private static List<Specimen> oddCollections() {
        Comparator<String> reverse = Comparator.reverseOrder();
        TreeMap<String, Integer> insensitive = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        insensitive.put("A", 1);
        TreeSet<String> reversed = new TreeSet<>(reverse);
        reversed.addAll(List.of("a", "b"));
        PriorityQueue<String> priority = new PriorityQueue<>(reverse);
        priority.addAll(List.of("a", "b"));
        IdentityHashMap<String, Integer> identity = new IdentityHashMap<>(Map.of("x", 1));
        identity.put(new String("x"), 2);
        BlockingQueue<String> bounded = new LinkedBlockingQueue<>(List.of("a"));
        Shapes.Orders typed = new Shapes.Orders(5, List.of(new Shapes.Sku("x")));
        return List.of(
                odd(
                        new TypeRef<Collection<String>>() {},
                        Set.of("x"),
                        Map.of("a", "b").values(),
                        bounded),
                odd(new TypeRef<SortedSet<String>>() {}, reversed),
                odd(new TypeRef<TreeSet<String>>() {}, reversed),
                odd(new TypeRef<ConcurrentSkipListSet<String>>() {}, new ConcurrentSkipListSet<>(reversed)),
                odd(new TypeRef<SortedMap<String, Integer>>() {}, insensitive),
                odd(new TypeRef<TreeMap<String, Integer>>() {}, insensitive),
                odd(new TypeRef<ConcurrentSkipListMap<String, Integer>>() {}, new ConcurrentSkipListMap<>(insensitive)),
                odd(new TypeRef<Map<String, Integer>>() {}, insensitive, identity),
                odd(new TypeRef<IdentityHashMap<String, Integer>>() {}, identity),
                odd(new TypeRef<WeakHashMap<String, Integer>>() {}, new WeakHashMap<>(Map.of("literal", 1))),
                odd(new TypeRef<Queue<String>>() {}, priority, new PriorityQueue<>(List.of("a")), bounded),
                odd(new TypeRef<PriorityQueue<String>>() {}, priority),
                odd(new TypeRef<BlockingQueue<String>>() {}, bounded),
                odd(new TypeRef<LinkedBlockingQueue<String>>() {}, bounded, new LinkedBlockingQueue<String>(3)),
                odd(new TypeRef<ArrayBlockingQueue<String>>() {}, new ArrayBlockingQueue<String>(3)),
                odd(new TypeRef<Stack<String>>() {}, new Stack<String>()),
                odd(new TypeRef<Iterator<String>>() {}, List.of("a").iterator()),
                odd(new TypeRef<Iterable<String>>() {}, List.of("a"), Set.of("a"), Path.of("a/b")),
                odd(new TypeRef<Stream<String>>() {}, Stream.of("a")),
                odd(IntStream.class, IntStream.of(1)),
                odd(StreamSupport.class),
                odd(Properties.class, properties(null), properties(properties(null))),
                odd(Map.class, Map.of(1, "x"), Map.of("x", 1), Map.of("x", List.of(5L))),
                odd(List.class, List.of(1, "x"), List.of(Map.of(1, 2)), List.of(new Shapes.Sku("x")), typed),
                odd(new TypeRef<Map<Object, String>>() {}, Map.of(1, "x"), Map.of("x", "y")),
                odd(new TypeRef<Map<Shapes.Sku, Integer>>() {}, Map.of(new Shapes.Sku("abc"), 1)),
                odd(
                        new TypeRef<Map<Shapes.Order, Integer>>() {},
                        Map.of(new Shapes.Order(1, "x", 2, true, 0, List.of()), 1)),
                odd(new TypeRef<List<Shapes.Sku>>() {}, typed),
                odd(Shapes.Orders.class, typed),
                odd(Shapes.Tags.class, new Shapes.Tags(List.of("x"))),
                odd(new TypeRef<Set<Double>>() {}, Set.of(-0.0, 0.0, Double.NaN)));
    }

    private static List<Specimen> oddScalars() {
        return List.of(
                known(Pattern.class, Pattern.compile("a+")),
                odd(Pattern.class, Pattern.compile(""), Pattern.compile("a", Pattern.CASE_INSENSITIVE)),
                known(Locale.class, Locale.GERMANY, Locale.ROOT, Locale.forLanguageTag("zh-Hant-TW")),
                odd(
                        Locale.class,
                        locale("no", "NO", "NY"),
                        locale("ja", "JP", "JP"),
                        locale("x", "", ""),
                        locale("", "DE", "")),
                odd(File.class, new File("a/b"), new File("/a/b"), new File("")),
                odd(Path.class, Path.of("a/b"), Path.of("/a/b"), Path.of(""), Path.of("/tmp/x/../y")),
                known(StringBuilder.class, new StringBuilder("x")),
                known(StringBuffer.class, new StringBuffer("x")),
                known(Charset.class, StandardCharsets.UTF_8, Charset.forName("windows-1252")),
                odd(URL.class, url("http://127.0.0.1/x"), url("file:/x")),
                odd(Class.class, String.class, int.class, Shapes.Sku.class, int[].class),
                odd(
                        InetAddress.class,
                        address("localhost", 127, 0, 0, 1),
                        address(null, 10, 0, 0, 1),
                        address(null, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
                odd(
                        InetSocketAddress.class,
                        InetSocketAddress.createUnresolved("example.invalid", 80),
                        new InetSocketAddress(address(null, 10, 0, 0, 1), 80),
                        new InetSocketAddress(address("x", 10, 0, 0, 1), 80)),
                odd(
                        ByteBuffer.class,
                        ByteBuffer.wrap(new byte[] {1, 2}),
                        ByteBuffer.wrap(new byte[9]).position(3)),
                odd(ByteArrayOutputStream.class, new ByteArrayOutputStream()),
                odd(BitSet.class, BitSet.valueOf(new long[] {5})),
                odd(LongAdder.class, new LongAdder()),
                odd(AtomicIntegerArray.class, new AtomicIntegerArray(3)),
                odd(Thread.class, Thread.currentThread()),
                odd(Throwable.class, new IllegalStateException("x")),
                odd(StackTraceElement.class, new Throwable().getStackTrace()[0]),
                odd(BigDecimal.class, new Shapes.ExactDecimal("1.5", "kg")));
    }

    @SuppressWarnings("deprecation")
    private static Locale locale(String language, String country, String variant) {
        return new Locale(language, country, variant);
    }

    @SuppressWarnings("deprecation")
    private static URL url(String text) {
        try {
            return new URL(text);
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    private static InetAddress address(String name, int... bytes) {
        byte[] address = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            address[i] = (byte) bytes[i];
        }
        try {
            return InetAddress.getByAddress(name, address);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Specimen> open() {
        Map<String, Object> deep = new LinkedHashMap<>();
        deep.put("list", Arrays.asList(1, null, -0.0, List.of(true, "x")));
        deep.put("none", null);
        Object[] odd = {
            5L,
            BigInteger.ONE,
            1.5f,
            Double.NaN,
            decimal("1.0"),
            new Shapes.Sku("x"),
            Set.of("x"),
            new ArrayDeque<>(List.of("x")),
            Map.of(1, "x"),
            Map.of("x", Map.of(1, 2)),
            List.of(5L),
            new Shapes.Orders(5, List.of(new Shapes.Sku("x"))),
            new Date(5),
            new byte[] {1},
            'x',
            Month.MAY,
            new StringBuilder("x"),
            properties(null),
            new AtomicInteger(5),
            new Shapes.Money(5, "EUR")
        };
        return List.of(
                known(Object.class, "x", 1, -1L << 40, BigInteger.TWO.pow(99), 1.5, -0.0, true, List.of(1), deep),
                odd(Object.class, odd),
                known(Number.class, 1, -1L << 40, BigInteger.TWO.pow(99), 1.5, -0.0),
                odd(Number.class, 5L, BigInteger.ONE, 1.5f, Double.NaN, new Shapes.Money(5, "EUR"), new LongAdder()),
                odd(Serializable.class, "x", 1, new Date(5)),
                odd(Comparable.class, "x", 1),
                odd(CharSequence.class, "x", new StringBuilder("x")),
                odd(Runnable.class, (Runnable) () -> {}));
    }

    private static List<Specimen> shapes() {
        return List.of(
                known(Shapes.Order.class, new Shapes.Order(1, "x", 2, true, -0.0, List.of("a"))),
                known(Shapes.Order.class, new Shapes.Order(0, null, 0, false, Double.NaN, null)),
                known(Shapes.Empty.class, new Shapes.Empty()),
                known(Shapes.Renamed.class, new Shapes.Renamed("x", 1)),
                known(Shapes.Extending.class, new Shapes.Extending("x", 1)),
                known(Shapes.ValueAndDelegate.class, new Shapes.ValueAndDelegate("x")),
                known(Shapes.Initialized.class, Shapes.Initialized.of("x")),
                known(Shapes.Owner.class, new Shapes.Owner(new Shapes.Cat("x")), new Shapes.Owner(null)),
                known(Shapes.Animal.class, new Shapes.Cat("x")),
                odd(Shapes.LeavesOutNulls.class, leavesOutNulls("x"), leavesOutNulls(null)),
                odd(
                        Shapes.LeavesOutEmpty.class,
                        new Shapes.LeavesOutEmpty("x", List.of("y"), java.util.Optional.of("z")),
                        new Shapes.LeavesOutEmpty("", List.of(), java.util.Optional.empty()),
                        new Shapes.LeavesOutEmpty(null, null, null)),
                odd(
                        Shapes.LeavesOutDefaults.class,
                        new Shapes.LeavesOutDefaults(1, "x"),
                        new Shapes.LeavesOutDefaults(0, null)),
                odd(Shapes.LeavesOutValues.class, new Shapes.LeavesOutValues(Collections.singletonMap("x", null))),
                odd(Shapes.Ignores.class, new Shapes.Ignores("x", "s"), new Shapes.Ignores("x", null)),
                odd(Shapes.WritesOnly.class, new Shapes.WritesOnly("x", "s"), new Shapes.WritesOnly("x", null)),
                odd(Shapes.ReadsOnly.class, new Shapes.ReadsOnly("x", "s"), new Shapes.ReadsOnly("x", null)),
                odd(Shapes.ValueOnly.class, new Shapes.ValueOnly("x")),
                odd(Shapes.ValueAndCreator.class, new Shapes.ValueAndCreator("x")),
                odd(Shapes.LossyValue.class, new Shapes.LossyValue("x"), new Shapes.LossyValue("X")),
                odd(Shapes.Keyed.class, new Shapes.Keyed("x")),
                odd(
                        Shapes.Dated.class,
                        new Shapes.Dated(LocalDateTime.of(2024, 2, 29, 1, 2)),
                        new Shapes.Dated(LocalDateTime.of(2024, 2, 29, 1, 2, 3))),
                odd(Shapes.AsArray.class, new Shapes.AsArray(new Shapes.Sku("x"), 1)),
                odd(Shapes.EntryOfText.class, new Shapes.EntryOfText("k", "v"), new Shapes.EntryOfText("key", "v")),
                odd(Shapes.ManyTexts.class, new Shapes.ManyTexts(List.of("x"))),
                odd(Shapes.Money.class, new Shapes.Money(5, "EUR")),
                odd(Shapes.NamedDate.class, new Shapes.NamedDate(5, "x"), new Shapes.NamedDate(5, null)),
                odd(Shapes.ExactDecimal.class, new Shapes.ExactDecimal("1.5", "kg")),
                odd(Shapes.Base.class, new Shapes.Extending("x", 1), new Shapes.Base("x")),
                odd(Shapes.Hiding.class, new Shapes.Hiding("x", "y"), new Shapes.Hiding(null, "y")),
                odd(Shapes.Changing.class, new Shapes.Changing(1, 2)),
                odd(Shapes.Initialized.class, Shapes.Initialized.of(null)),
                odd(Shapes.Constant.class, new Shapes.Constant()),
                odd(Shapes.Animal.class, new Shapes.Dog("x")),
                odd(Shapes.Owner.class, new Shapes.Owner(new Shapes.Dog("x"))),
                odd(Shapes.Marked.class, new Shapes.Marking("x"), new Shapes.Marking("Marking")),
                known(Shapes.Linked.class, new Shapes.Linked("x")),
                odd(Shapes.SameNames.class, Shapes.SameNames.ONE, Shapes.SameNames.TWO));
    }

    private static Shapes.LeavesOutNulls leavesOutNulls(String name) {
        return new Shapes.LeavesOutNulls(name, 1);
    }
}
