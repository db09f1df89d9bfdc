// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonKey;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Classes as users write them, also such as no codec can take. */
final class Shapes {

    private Shapes() {}

    record Order(long id, String customer, int count, boolean paid, double price, List<String> tags) {}

    record Empty() {}

    record Sku(String code) {}

    record LeavesOutNulls(
            @JsonInclude(JsonInclude.Include.NON_NULL) String name, int size) {}

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record LeavesOutEmpty(String name, List<String> tags, Optional<String> note) {}

    record LeavesOutDefaults(
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) int size, String name) {}

    record LeavesOutValues(
            @JsonInclude(content = JsonInclude.Include.NON_NULL)
            Map<String, String> texts) {}

    record Ignores(String name, @JsonIgnore String secret) {}

    record WritesOnly(
            String name,

            @JsonProperty(access = JsonProperty.Access.WRITE_ONLY)
            String secret) {}

    record ReadsOnly(
            String name,

            @JsonProperty(access = JsonProperty.Access.READ_ONLY)
            String secret) {}

    record Renamed(
            @JsonProperty("n") String name,
            @JsonProperty("type") int size) {}

    record ValueOnly(@JsonValue String code) {}

    record ValueAndCreator(@JsonValue String code) {
        @JsonCreator
        static ValueAndCreator of(String code) {
            return new ValueAndCreator(code);
        }
    }

    record ValueAndDelegate(@JsonValue String code) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        ValueAndDelegate {}
    }

    record LossyValue(String code) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        LossyValue {}

        @JsonValue
        String lower() {
            return code.toLowerCase(Locale.ROOT);
        }
    }

    record Keyed(@JsonKey String code) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        Keyed {}
    }

    record Dated(@JsonFormat(pattern = "yyyy-MM-dd HH:mm") LocalDateTime at) {}

    record AsArray(
            @JsonFormat(shape = JsonFormat.Shape.ARRAY) Sku sku, int size) {}

    record EntryOfText(String key, String value) implements Map.Entry<String, String> {
        @Override
        public String getKey() {
            return key;
        }

        @Override
        public String getValue() {
            return value;
        }

        @Override
        public String setValue(String value) {
            throw new UnsupportedOperationException();
        }
    }

    record ManyTexts(List<String> texts) implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return texts.iterator();
        }
    }

    static final class Money extends Number {
        private final long cents;
        private final String currency;

        Money(long cents, String currency) {
            this.cents = cents;
            this.currency = currency;
        }

        @Override
        public int intValue() {
            return (int) cents;
        }

        @Override
        public long longValue() {
            return cents;
        }

        @Override
        public float floatValue() {
            return cents;
        }

        @Override
        public double doubleValue() {
            return cents;
        }

        @Override
        public String toString() {
            return Long.toString(cents);
        }

        String currency() {
            return currency;
        }
    }

    static final class NamedDate extends Date {
        String name;

        NamedDate() {}

        NamedDate(long millis, String name) {
            super(millis);
            this.name = name;
        }
    }

    static final class ExactDecimal extends BigDecimal {
        String unit;

        ExactDecimal(String text, String unit) {
            super(text);
            this.unit = unit;
        }
    }

    static final class Orders extends ArrayList<Sku> {
        int total;

        Orders() {}

        Orders(int total, List<Sku> skus) {
            super(skus);
            this.total = total;
        }
    }

    static final class Tags extends HashSet<String> {
        Tags() {}

        Tags(List<String> tags) {
            super(tags);
        }
    }

    static class Base {
        String name;

        Base() {}

        Base(String name) {
            this.name = name;
        }
    }

    static final class Hiding extends Base {
        String name;

        Hiding() {}

        Hiding(String hidden, String name) {
            super(hidden);
            this.name = name;
        }
    }

    static final class Extending extends Base {
        int size;

        Extending() {}

        Extending(String name, int size) {
            super(name);
            this.size = size;
        }
    }

    static final class Changing {
        private final int size;
        private final int count;

        Changing(int size, int count) {
            this.size = size + 1;
            this.count = count;
        }

        int count() {
            return count;
        }

        int size() {
            return size;
        }
    }

    static final class Initialized {
        @JsonInclude(JsonInclude.Include.NON_NULL)
        String name = "default";

        static Initialized of(String name) {
            Initialized initialized = new Initialized();
            initialized.name = name;
            return initialized;
        }
    }

    static final class Constant {
        private final int size = Integer.parseInt("5");
        int count;

        int size() {
            return size;
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes(@JsonSubTypes.Type(Cat.class))
    interface Animal {}

    record Cat(String name) implements Animal {}

    record Dog(String name) implements Animal {}

    record Owner(Animal animal) {}

    sealed interface Marked permits Marking {}

    record Marking(@JsonProperty("@type") String name) implements Marked {}

    record Linked(@JsonProperty("@type") String name) {}

    enum SameNames {
        @JsonProperty("x")
        ONE,
        @JsonProperty("x")
        TWO
    }

    enum OtherNames {
        @JsonProperty("one")
        ONE,
        TWO {
            @Override
            public String toString() {
                return "two";
            }
        }
    }
}
