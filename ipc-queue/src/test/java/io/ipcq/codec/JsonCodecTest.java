// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.security.auth.Destroyable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DefaultTyping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

class JsonCodecTest {

    record Line(String article, int count, BigDecimal price) {}

    record Order(long id, String customer, List<Line> lines, Optional<String> note) {}

    record Box<T>(T content) {}

    record Pair<A, B>(A first, B second) {}

    record Numbers(boolean z, byte b, short s, int i, long l, float f, double d, char c) {}

    record Wrapped(Boolean z, Byte b, Short s, Integer i, Long l, Float f, Double d, Character c) {}

    record Times(
            Instant instant,
            LocalDate date,
            LocalTime time,
            LocalDateTime dateTime,
            OffsetDateTime offset,
            ZonedDateTime zoned,
            Duration duration,
            Period period,
            Year year,
            YearMonth yearMonth,
            Month month,
            ZoneId zone) {}

    record Exact(BigDecimal decimal, BigInteger integer) {}

    record Ping() {}

    record Node(String name, List<Node> children) {}

    record Any(Object value) {}

    record AnyNumber(Number value) {}

    enum Level {
        LOW {
            @Override
            int weight() {
                return 1;
            }
        },
        HIGH {
            @Override
            int weight() {
                return 9;
            }
        };

        abstract int weight();

        @Override
        public String toString() {
            return "level " + weight();
        }
    }

    sealed interface Shape permits Circle, Polygon, Nothing, Level2 {}

    record Circle(double radius) implements Shape {}

    sealed interface Polygon extends Shape permits Square, Triangle {}

    record Square(double side) implements Polygon {}

    record Triangle(double a, double b, double c) implements Polygon {}

    record Nothing() implements Shape {}

    enum Level2 implements Shape {
        ONE,
        TWO {
            @Override
            public String toString() {
                return "two";
            }
        }
    }

    record Drawing(Shape first, List<Shape> others, Map<String, Shape> named, Optional<Shape> last, Circle exact) {}

    sealed interface Result<T> permits Ok, Failed {}

    record Ok<T>(T value) implements Result<T> {}

    record Failed<T>(String why) implements Result<T> {}

    static class PublicFields {
        public int a;
        public List<String> b = List.of();

        @Override
        public boolean equals(Object other) {
            return other instanceof PublicFields that && a == that.a && b.equals(that.b);
        }

        @Override
        public int hashCode() {
            return a;
        }
    }

    static class Bean {
        private String name = "";
        private int hidden;
        private transient int cache = 7;

        private Bean() {}

        static Bean of(String name, int hidden) {
            Bean bean = new Bean();
            bean.setName(name);
            bean.hidden = hidden;
            return bean;
        }

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public int getTotal() {
            throw new IllegalStateException("a getter is not state; cache=" + cache);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bean that && name.equals(that.name) && hidden == that.hidden;
        }

        @Override
        public int hashCode() {
            return hidden;
        }
    }

    static final class Immutable {
        private final String name;
        private final int size;

        Immutable(String name, int size) {
            this.name = name;
            this.size = size;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Immutable that && name.equals(that.name) && size == that.size;
        }

        @Override
        public int hashCode() {
            return size;
        }
    }

    static Stream<Arguments> values() {
        Line line = new Line("tea", 2, new BigDecimal("1.50"));
        Order order = new Order(Long.MAX_VALUE, "Zoë \"🙂\" \n\u0000\u2028", List.of(line), Optional.of("x"));
        PublicFields fields = new PublicFields();
        fields.a = 3;
        fields.b = List.of("p", "q");
        return Stream.of(
                value(new TypeRef<Order>() {}, order),
                value(new TypeRef<Order>() {}, new Order(Long.MIN_VALUE, null, null, Optional.empty())),
                value(new TypeRef<List<Order>>() {}, List.of(order, order)),
                value(new TypeRef<List<Order>>() {}, Arrays.asList(order, null)),
                value(new TypeRef<Map<String, List<Line>>>() {}, Map.of("a", List.of(line), "", List.of())),
                value(new TypeRef<Map<LocalDate, Level>>() {}, Map.of(LocalDate.EPOCH, Level.HIGH)),
                value(new TypeRef<EnumMap<Level, Long>>() {}, new EnumMap<>(Map.of(Level.LOW, 1L << 60))),
                value(new TypeRef<Set<UUID>>() {}, Set.of(new UUID(1, 2))),
                value(new TypeRef<Box<Order>>() {}, new Box<>(order)),
                value(new TypeRef<Box<Box<List<Line>>>>() {}, new Box<>(new Box<>(List.of(line)))),
                value(new TypeRef<Pair<Line, Map<Integer, Line>>>() {}, new Pair<>(line, Map.of(-3, line))),
                value(new TypeRef<Optional<Line>>() {}, Optional.of(line)),
                value(new TypeRef<Optional<Line>>() {}, Optional.empty()),
                value(new TypeRef<OptionalInt>() {}, OptionalInt.of(3)),
                value(new TypeRef<OptionalLong>() {}, OptionalLong.empty()),
                value(new TypeRef<URI>() {}, URI.create("http://example.org/a?b")),
                value(
                        new TypeRef<Numbers>() {},
                        new Numbers(
                                true, (byte) -128, (short) 9, 1 << 31, -1L, Float.MIN_VALUE, Double.MAX_VALUE, 'ß')),
                value(new TypeRef<Numbers>() {}, numbers(Float.NaN, Double.NEGATIVE_INFINITY)),
                value(new TypeRef<Numbers>() {}, numbers(Float.POSITIVE_INFINITY, Double.NaN)),
                value(new TypeRef<Numbers>() {}, numbers(-0f, -0d)),
                value(new TypeRef<Wrapped>() {}, new Wrapped(null, null, null, null, null, null, null, null)),
                value(
                        new TypeRef<Wrapped>() {},
                        new Wrapped(false, (byte) 1, (short) 2, 3, 9007199254740993L, 0.1f, Double.NaN, '"')),
                value(new TypeRef<Double>() {}, Double.POSITIVE_INFINITY),
                value(new TypeRef<Long>() {}, 9007199254740993L),
                value(new TypeRef<Integer>() {}, -5),
                value(new TypeRef<Boolean>() {}, true),
                value(new TypeRef<String>() {}, "text"),
                value(new TypeRef<List<String>>() {}, List.of("\uD800", "\uDC00x", "x".repeat(9_000) + "\uD800")),
                value(new TypeRef<Map<String, Integer>>() {}, Map.of("🙂", 1, "ß?\"", 2)),
                value(new TypeRef<Level>() {}, Level.LOW),
                value(new TypeRef<Times>() {}, times()),
                value(new TypeRef<Exact>() {}, new Exact(new BigDecimal("1E+5"), BigInteger.TWO.pow(20_000))),
                value(new TypeRef<Exact>() {}, new Exact(new BigDecimal("-0.1000"), BigInteger.ONE.negate())),
                value(new TypeRef<Exact>() {}, new Exact(new BigDecimal("1E-400"), null)),
                value(new TypeRef<Ping>() {}, new Ping()),
                value(new TypeRef<Node>() {}, new Node("a", List.of(new Node("b", List.of())))),
                value(new TypeRef<Shape>() {}, new Circle(1.5)),
                value(new TypeRef<Shape>() {}, new Triangle(3, 4, 5)),
                value(new TypeRef<Shape>() {}, new Nothing()),
                value(new TypeRef<Shape>() {}, Level2.ONE),
                value(new TypeRef<Shape>() {}, Level2.TWO),
                value(new TypeRef<Polygon>() {}, new Square(2)),
                value(new TypeRef<List<? extends Shape>>() {}, List.of(new Square(2), Level2.TWO)),
                value(new TypeRef<Drawing>() {}, drawing()),
                value(new TypeRef<Result<Order>>() {}, new Ok<>(order)),
                value(new TypeRef<Result<Order>>() {}, new Failed<>("no")),
                value(new TypeRef<List<Result<Line>>>() {}, List.of(new Ok<>(line), new Failed<>("no"))),
                value(new TypeRef<Box<Result<Line>>>() {}, new Box<>(new Ok<>(line))),
                value(new TypeRef<Result<Result<Line>>>() {}, new Ok<>(new Ok<>(line))),
                value(new TypeRef<PublicFields>() {}, fields),
                value(new TypeRef<Bean>() {}, Bean.of("bean", 8)),
                value(new TypeRef<Immutable>() {}, new Immutable("immutable", 8)),
                value(new TypeRef<Any>() {}, new Any(plain())),
                value(new TypeRef<Any>() {}, new Any(null)),
                value(new TypeRef<AnyNumber>() {}, new AnyNumber(1.5)),
                value(new TypeRef<Map<String, Object>>() {}, plain()),
                value(new TypeRef<List<Object>>() {}, List.of(1, 1L << 40, BigInteger.TWO.pow(99), 1.5, "x", true)));
    }

    private static <T> Arguments value(TypeRef<T> type, T value) {
        return Arguments.of(type, value);
    }

    private static Numbers numbers(float f, double d) {
        return new Numbers(false, (byte) 0, (short) 0, 0, 0, f, d, 'x');
    }

    private static Times times() {
        LocalDateTime dateTime = LocalDateTime.of(2024, 2, 29, 23, 59, 59, 123456789);
        return new Times(
                Instant.ofEpochSecond(1, 1),
                dateTime.toLocalDate(),
                dateTime.toLocalTime(),
                dateTime,
                dateTime.atOffset(ZoneOffset.ofHours(-5)),
                dateTime.atZone(ZoneId.of("Europe/Paris")),
                Duration.ofSeconds(90, 7),
                Period.of(1, 2, 3),
                Year.of(2024),
                YearMonth.of(2024, 2),
                Month.FEBRUARY,
                ZoneId.of("Asia/Tokyo"));
    }

    private static Drawing drawing() {
        return new Drawing(
                new Circle(1),
                List.of(new Square(2), new Nothing()),
                Map.of("t", new Triangle(1, 2, 3)),
                Optional.of(Level2.ONE),
                new Circle(2));
    }

    private static Map<String, Object> plain() {
        Map<String, Object> plain = new LinkedHashMap<>();
        plain.put("text", "x");
        plain.put("list", Arrays.asList(1, null, List.of(2.5, Map.of("deep", false))));
        plain.put("none", null);
        return plain;
    }

    @ParameterizedTest
    @MethodSource("values")
    <T> void shouldDecodeWhatItEncoded(TypeRef<T> type, T value) {
        Codec<T> codec = Codec.json(type);

        assertThat(codec.decode(codec.encode(value))).isEqualTo(value);
    }

    @Test
    void shouldWriteBytesAsBase64AndDecodeThem() {
        Codec<Box<byte[]>> codec = Codec.json(new TypeRef<>() {});

        byte[] encoded = codec.encode(new Box<>(new byte[] {0, -1, 127}));

        assertThat(new String(encoded, UTF_8)).isEqualTo("{\"content\":\"AP9/\"}");
        assertThat(codec.decode(encoded).content()).containsExactly(0, -1, 127);
    }

    @Test
    void shouldWriteTimesAsText() {
        String json = new String(Codec.json(Times.class).encode(times()), UTF_8);

        assertThat(json)
                .contains("\"1970-01-01T00:00:01.000000001Z\"", "\"2024-02-29\"", "\"PT1M30.000000007S\"")
                .contains("\"2024-02-29T23:59:59.123456789-05:00\"", "[Europe/Paris]");
    }

    @Test
    void shouldMarkValuesOfSealedTypesWithTheSimpleName() {
        assertThat(Codec.json(Shape.class).encode(new Circle(1)))
                .asString(UTF_8)
                .isEqualTo("{\"@type\":\"Circle\",\"radius\":1.0}");
        assertThat(Codec.json(Circle.class).encode(new Circle(1)))
                .asString(UTF_8)
                .isEqualTo("{\"radius\":1.0}");
    }

    @Test
    void shouldWriteTheSameOnEachJdk() {
        Codec<List<EnumSet<TimeUnit>>> codec = Codec.json(new TypeRef<>() {});

        assertThat(codec.encode(List.of(EnumSet.of(TimeUnit.DAYS))))
                .asString(UTF_8)
                .isEqualTo("[[\"DAYS\"]]");
    }

    interface Left {
        record Same(int a) implements Twins {}
    }

    interface Right {
        record Same(int b) implements Twins {}
    }

    record Other(int c) implements Twins {}

    sealed interface Twins permits Left.Same, Right.Same, Other {}

    @Test
    void shouldQualifyOnlyAmbiguousNames() {
        Codec<Twins> codec = Codec.json(Twins.class);

        assertThat(codec.encode(new Right.Same(1))).asString(UTF_8).contains("\"JsonCodecTest.Right.Same\"");
        assertThat(codec.encode(new Other(1))).asString(UTF_8).contains("\"Other\"");
        assertThat(codec.decode(codec.encode(new Left.Same(2)))).isEqualTo(new Left.Same(2));
    }

    static class Animal {
        String name = "";
    }

    static class Dog extends Animal {
        int legs = 4;
    }

    static class NoDefault {
        private final int size;

        NoDefault(int a, String b) {
            size = a + b.length();
        }

        NoDefault(int a, long b) {
            size = (int) (a + b);
        }

        int size() {
            return size;
        }
    }

    static class FinalField {
        private final int size = Integer.parseInt("5");

        int size() {
            return size;
        }
    }

    static class NoFields {}

    interface Named {
        String getName();
    }

    record NamedRecord(String getName) implements Named {}

    sealed interface HalfOpen permits Half {}

    abstract static non-sealed class Half implements HalfOpen {}

    static class Whole extends Half {
        int a;
    }

    class Inner {
        int a;
    }

    static Stream<Arguments> refused() {
        Map<Object, Object> numbered = Map.of(1, "x");
        return Stream.of(
                refused(new TypeRef<Any>() {}, new Any(new Line("x", 1, null)), "Any.value", "JsonCodecTest$Line"),
                refused(new TypeRef<Any>() {}, new Any(LocalDate.EPOCH), "Any.value", "java.time.LocalDate"),
                refused(new TypeRef<Any>() {}, new Any(new byte[1]), "Any.value", "[B"),
                refused(new TypeRef<Any>() {}, new Any(Set.of(1)), "Any.value", "Set"),
                refused(new TypeRef<Any>() {}, new Any(1.5f), "Any.value", "java.lang.Float"),
                refused(new TypeRef<Any>() {}, new Any(Double.NaN), "Any.value", "java.lang.Double"),
                refused(new TypeRef<Any>() {}, new Any(5L), "Any.value", "java.lang.Long"),
                refused(new TypeRef<Any>() {}, new Any(BigDecimal.ONE), "Any.value", "java.math.BigDecimal"),
                refused(new TypeRef<Any>() {}, new Any(Level.LOW), "Any.value", "Level"),
                refused(new TypeRef<Any>() {}, new Any(numbered), "Any.value", "a key that is not a String"),
                refused(new TypeRef<Any>() {}, new Any(new Object()), "Any.value", "java.lang.Object"),
                refused(new TypeRef<AnyNumber>() {}, new AnyNumber(BigDecimal.ONE), "AnyNumber.value", "BigDecimal"),
                refused(new TypeRef<List<Object>>() {}, List.of(1, new Line("x", 1, null)), "List<Object>[1]", "Line"),
                refused(
                        new TypeRef<Map<String, Object>>() {},
                        Map.of("k", Level.LOW),
                        "Map<String,Object>[*]",
                        "Level"),
                refused(new TypeRef<Animal>() {}, new Dog(), null, "Dog where"),
                refused(new TypeRef<Box<List<Animal>>>() {}, new Box<>(List.of(new Dog())), "[0]", "Dog where"),
                refused(new TypeRef<Box<Named>>() {}, new Box<>(new NamedRecord("x")), ".content", "sealed"),
                refused(new TypeRef<Box<Runnable>>() {}, new Box<>(() -> {}), ".content", "java.lang.Runnable"),
                refused(new TypeRef<Runnable>() {}, () -> {}, null, "java.lang.Runnable"),
                refused(
                        new TypeRef<Box<Thread>>() {},
                        new Box<>(Thread.currentThread()),
                        ".content.uncaughtExceptionHandler",
                        "java.lang.Thread"),
                refused(new TypeRef<Box<NoFields>>() {}, new Box<>(new NoFields()), ".content", "has no fields"),
                refused(new TypeRef<List<NoDefault>>() {}, List.of(new NoDefault(1, 2L)), "[0]", "no constructor"),
                refused(new TypeRef<Box<FinalField>>() {}, new Box<>(new FinalField()), ".content", "FinalField.size"),
                refused(new TypeRef<Box<Inner>>() {}, new Box<>(new JsonCodecTest().new Inner()), ".content", "Inner"),
                refused(new TypeRef<Box<HalfOpen>>() {}, new Box<>(new Whole()), ".content", "not a permitted"),
                refused(new TypeRef<Map<String, Integer>>() {}, Map.of("x\uD800", 1), null, "surrogate"),
                refused(new TypeRef<Any>() {}, new Any(Map.of("\uDC00x", 1)), null, "surrogate"),
                refused(new TypeRef<Map<Line, Integer>>() {}, Map.of(new Line("x", 1, null), 1), null, "Key"),
                refused(new TypeRef<OfKotlin>() {}, new OfKotlin(1), null, "-java-parameters"),
                refused(new TypeRef<Exact>() {}, new Exact(null, BigInteger.TEN.pow(100_001)), null, "limit"));
    }

    /** As a data class whose parameters have lost their names. */
    @kotlin.Metadata
    static final class OfKotlin {
        private final int number;

        OfKotlin(int p0) {
            number = p0;
        }
    }

    private static <T> Arguments refused(TypeRef<T> type, T value, String path, String message) {
        return Arguments.of(type, value, path, message);
    }

    @ParameterizedTest
    @MethodSource("refused")
    <T> void shouldRefuseToEncodeWhatWouldNotComeBack(TypeRef<T> type, T value, String path, String message) {
        CodecException refusal = catchThrowableOfType(
                CodecException.class, () -> Codec.json(type).encode(value));

        assertThat(refusal).hasMessageContaining(message).hasMessageStartingWith("cannot encode ");
        if (path != null) {
            assertThat(refusal.path()).endsWith(path);
            assertThat(refusal).hasMessageContaining(path);
        }
        assertThat(refusal.bytes()).isNull();
    }

    @Test
    void shouldNameThePathOfACycle() {
        List<Node> children = new ArrayList<>();
        Node node = new Node("a", children);
        children.add(node);

        CodecException refusal = catchThrowableOfType(
                CodecException.class, () -> Codec.json(Node.class).encode(node));

        assertThat(refusal.path()).startsWith("Node.children[0].children[0]").endsWith("...");
        assertThat(refusal).hasMessageContaining("contains itself").hasNoCause();
    }

    record Throwing(String name) {
        @Override
        public String name() {
            throw new IllegalStateException("accessor of " + getClass().getSimpleName());
        }
    }

    @Test
    void shouldKeepTheExceptionOfAnAccessorAsCause() {
        Codec<List<Throwing>> codec = Codec.json(new TypeRef<>() {});

        CodecException refusal =
                catchThrowableOfType(CodecException.class, () -> codec.encode(List.of(new Throwing("x"))));

        assertThat(refusal.path()).isEqualTo("List<Throwing>[0].name");
        assertThat(refusal).hasRootCauseInstanceOf(IllegalStateException.class).hasMessageContaining("IllegalState");
    }

    record Positive(int value) {
        Positive {
            if (value <= 0) {
                throw new IllegalArgumentException("must be positive");
            }
        }
    }

    @Test
    void shouldKeepTheExceptionOfAConstructorAsCause() {
        Codec<Positive> codec = Codec.json(Positive.class);

        CodecException failure =
                catchThrowableOfType(CodecException.class, () -> codec.decode("{\"value\":-1}".getBytes(UTF_8)));

        assertThat(failure).hasRootCauseMessage("must be positive");
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                malformed(Line.class, "", "fit"),
                malformed(Line.class, "null", "null"),
                malformed(Line.class, "{\"article\":\"x\",\"count\":1,\"price\":1", "ends early"),
                malformed(Line.class, "{\"article\":\"x\",\"count\":1,\"price\":1} {}", "fit"),
                malformed(Line.class, "{\"article\":\"x\",\"count\":1,\"price\":1}x", "malformed"),
                malformed(Line.class, "{\"article\":\"x\",\"article\":\"y\",\"count\":1,\"price\":1}", "duplicate"),
                malformed(Line.class, "{\"article\":\"x\",\"count\":1,\"price\":1,\"s3cret\":2}", "no such field"),
                malformed(Line.class, "{\"article\":\"x\",\"count\":null,\"price\":1}", "fit"),
                malformed(Line.class, "{\"article\":\"x\",\"count\":\"1\",\"price\":1}", "fit"),
                malformed(Line.class, "{\"article\":\"x\",\"count\":1.5,\"price\":1}", "fit"),
                malformed(Line.class, "{\"article\":\"x\",\"count\":12345678901,\"price\":1}", "fit"),
                malformed(Line.class, "{\"article\":5,\"count\":1,\"price\":1}", "fit"),
                malformed(Line.class, "[]", "fit"),
                malformed(Line.class, "{\"article\":\"s3cret\u0001\"}", "malformed"),
                malformed(Level.class, "1", "fit"),
                malformed(Level.class, "\"s3cret\"", "fit"),
                malformed(LocalDate.class, "\"s3cret\"", "DateTimeParse"),
                malformed(Integer.class, "\"5\"", "fit"),
                malformed(Long.class, "1.0", "fit"),
                malformed(Boolean.class, "1", "fit"),
                malformed(Shape.class, "{\"radius\":1.0}", "@type"),
                malformed(Shape.class, "{\"@type\":\"s3cret\",\"radius\":1.0}", "@type"),
                malformed(Bean.class, "{\"name\":\"x\",\"hidden\":1,\"cache\":2}", "no such field"),
                malformed(Node.class, "{\"name\":\"a\",\"children\":[".repeat(251), "limit"),
                malformed(Any.class, "{\"value\":" + "[".repeat(100_000), "limit"),
                malformed(Exact.class, "{\"decimal\":null,\"integer\":" + "9".repeat(100_001) + "}", "limit"));
    }

    private static Arguments malformed(Class<?> type, String json, String message) {
        return Arguments.of(type, json, message);
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void shouldRefuseOtherBytesWithoutQuotingThem(Class<?> type, String json, String message) {
        byte[] bytes = json.getBytes(UTF_8);

        CodecException failure = catchThrowableOfType(
                CodecException.class, () -> Codec.json(type).decode(bytes));

        assertThat(failure)
                .hasMessageContaining(message)
                .hasMessageStartingWith("cannot decode " + type.getSimpleName())
                .hasMessageEndingWith(", bytes=" + bytes.length)
                .hasMessageNotContaining("s3cret")
                .hasNoCause();
        assertThat(failure.bytes()).isSameAs(bytes);
    }

    @Test
    void shouldNameThePathOfAValueThatDoesNotFit() {
        String json = "{\"id\":1,\"customer\":null,\"note\":null,\"lines\":[{\"article\":\"\",\"count\":1,\"price\":1},"
                + "{\"article\":\"\",\"count\":true,\"price\":1}]}";

        CodecException failure = catchThrowableOfType(
                CodecException.class, () -> Codec.json(Order.class).decode(json.getBytes(UTF_8)));

        assertThat(failure.path()).isEqualTo("Order.lines[1].count");
        assertThat(failure).hasMessageContaining("int");
    }

    @Test
    void shouldNotPrintKeysOfMaps() {
        Codec<TreeMap<String, Line>> codec = Codec.json(new TypeRef<>() {});

        CodecException failure =
                catchThrowableOfType(CodecException.class, () -> codec.decode("{\"s3cret\":5}".getBytes(UTF_8)));

        assertThat(failure.path()).isEqualTo("TreeMap<String,Line>[*]");
        assertThat(failure).hasMessageNotContaining("s3cret");
    }

    static class Gadget implements Comparable<Gadget> {

        public String command;

        @Override
        public int compareTo(Gadget other) {
            return 0;
        }
    }

    record NamedByClass(
            @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Object value) {}

    record NamedByShortClass(
            @JsonTypeInfo(use = JsonTypeInfo.Id.MINIMAL_CLASS)
            Object value) {}

    @Test
    void shouldRefuseTypesThatAskForClassNames() {
        byte[] gadget = "{\"value\":{\"@class\":\"java.util.ArrayList\"}}".getBytes(UTF_8);

        assertThatThrownBy(() -> Codec.json(NamedByClass.class).encode(new NamedByClass("x")))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("class names");
        assertThatThrownBy(() -> Codec.json(NamedByClass.class).decode(gadget))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("class names");
        assertThatThrownBy(() -> Codec.json(NamedByShortClass.class).decode(gadget))
                .isInstanceOf(CodecException.class);
    }

    /** Hears of every class that somebody looks for by name through the thread's loader. */
    private static final class Listening extends ClassLoader {

        final List<String> asked = new ArrayList<>();

        Listening() {
            super(JsonCodecTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            asked.add(name);
            return super.loadClass(name, resolve);
        }
    }

    private static List<String> classesAskedFor(Runnable action) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        Listening listening = new Listening();
        thread.setContextClassLoader(listening);
        try {
            action.run();
        } finally {
            thread.setContextClassLoader(before);
        }
        return listening.asked;
    }

    private static final String GADGET = "io.ipcq.codec.JsonCodecTest$Gadget";

    @Test
    void shouldHearOfAClassThatIsLookedUpByName() {
        JsonMapper careless = JsonMapper.builder()
                .activateDefaultTyping(
                        BasicPolymorphicTypeValidator.builder()
                                .allowIfBaseType(Object.class)
                                .allowIfSubType(Object.class)
                                .build(),
                        DefaultTyping.NON_FINAL)
                .build();

        List<String> asked =
                classesAskedFor(() -> careless.readValue("[\"" + GADGET + "\",{\"command\":\"x\"}]", Object.class));

        assertThat(asked).contains(GADGET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"@type", "@class", "@c", "type", "class", "javaClass"})
    void shouldNotLoadAClassThatTheBytesName(String key) {
        String object = "{\"" + key + "\":\"" + GADGET + "\",\"command\":\"x\"}";
        String array = "[\"" + GADGET + "\",{\"command\":\"x\"}]";

        List<String> asked = classesAskedFor(() -> decodeAll(object, array));

        assertThat(asked).doesNotContain(GADGET);
    }

    record OfClass(Class<?> type) {}

    @Test
    void shouldNotLoadAClassWhereClassIsDeclared() {
        byte[] bytes = ("{\"type\":\"" + GADGET + "\"}").getBytes(UTF_8);

        List<String> asked = classesAskedFor(
                () -> assertThatThrownBy(() -> Codec.json(OfClass.class).decode(bytes))
                        .isInstanceOf(CodecException.class)
                        .hasMessageContaining("OfClass.type"));

        assertThat(asked).doesNotContain(GADGET);
    }

    private static void decodeAll(String object, String array) {
        for (String json : List.of(object, array)) {
            byte[] boxed = ("{\"value\":" + json + "}").getBytes(UTF_8);
            assertThat(Codec.json(Any.class).decode(boxed).value()).isInstanceOfAny(Map.class, List.class);
            catchThrowableOfType(
                    CodecException.class, () -> Codec.json(Shape.class).decode(json.getBytes(UTF_8)));
        }
    }

    private static final class OpenList extends ArrayList<String> implements AutoCloseable {
        private static final long serialVersionUID = 1L;

        @Override
        public void close() {}
    }

    private static final class Connected implements AutoCloseable {
        @SuppressWarnings("unused")
        private int socket = 7;

        @Override
        public void close() {}
    }

    private static final class Password implements Destroyable {
        @SuppressWarnings("unused")
        private String text = "swordfish";
    }

    record Job(String file) implements AutoCloseable {
        @Override
        public void close() {}
    }

    record Holding<T>(T content) {}

    /** Each in the places where a value can be, also where it would have gone through as a plain list. */
    static Stream<Arguments> withoutContent() {
        return Stream.of(new OpenList(), new Connected(), new Password())
                .flatMap(value -> Stream.of(
                                new TypeRef<Object>() {},
                                new TypeRef<OpenList>() {},
                                new TypeRef<List<String>>() {},
                                new TypeRef<Connected>() {},
                                new TypeRef<AutoCloseable>() {},
                                new TypeRef<Password>() {},
                                new TypeRef<Destroyable>() {})
                        .filter(type -> Jackson.MAPPER
                                .constructType(type.type())
                                .getRawClass()
                                .isInstance(value))
                        .flatMap(type -> places(type, value)));
    }

    private static Stream<Arguments> places(TypeRef<?> type, Object value) {
        java.lang.reflect.Type content = type.type();
        return Stream.of(
                Arguments.of(Codec.json(generic(Holding.class, content)), new Holding<>(value)),
                Arguments.of(Codec.json(generic(List.class, content)), List.of(value)),
                Arguments.of(Codec.json(generic(Optional.class, content)), Optional.of(value)),
                Arguments.of(Codec.json(generic(Map.class, String.class, content)), Map.of("a", value)));
    }

    private static java.lang.reflect.Type generic(Class<?> raw, java.lang.reflect.Type... arguments) {
        return Jackson.MAPPER
                .getTypeFactory()
                .constructParametricType(
                        raw,
                        Arrays.stream(arguments)
                                .map(Jackson.MAPPER::constructType)
                                .toArray(tools.jackson.databind.JavaType[]::new));
    }

    @ParameterizedTest
    @MethodSource("withoutContent")
    void shouldRefuseWhatIsOpenOrSecret(JsonCodec<Object> codec, Object value) {
        assertThatThrownBy(() -> codec.encode(value))
                .isInstanceOf(CodecException.class)
                .message()
                .containsAnyOf("is open in this process, and no element can hold it; put its name", "is a secret")
                .doesNotContain("swordfish");
    }

    @Test
    void shouldEncodeRecordThatCanBeClosed() {
        Codec<Job> codec = Codec.json(Job.class);
        assertThat(codec.decode(codec.encode(new Job("a")))).isEqualTo(new Job("a"));
    }
}
