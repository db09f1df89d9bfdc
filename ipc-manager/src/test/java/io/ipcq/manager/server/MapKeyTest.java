// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MapKeyTest {

    private static final int KEYS = 16_384;

    /** For each key; were each one compared with half of the others, it would be eight times as much. */
    private static final long STEPS = 1_000;

    private static final List<Object> SIMPLE = List.of(
            "",
            "Aa",
            "BB",
            "é",
            0,
            1,
            -1,
            31,
            1L << 40,
            Long.MAX_VALUE,
            BigInteger.ONE.shiftLeft(64),
            new BigDecimal("1"),
            new BigDecimal("1.0"),
            new BigDecimal("1.00"),
            new BigDecimal("-1e999999999"),
            true,
            false);

    /** Also such as have the hash of another one. */
    private static List<Object> values() {
        List<Object> values = new ArrayList<>(SIMPLE);
        for (Object a : SIMPLE) {
            values.add(Arrays.asList(a, null));
            values.add(List.of(List.of(a)));
            for (Object b : SIMPLE) {
                values.add(List.of(a, b));
                values.add(Map.of("Aa", a, "BB", b));
            }
        }
        values.add(List.of());
        values.add(Map.of());
        values.add(Map.of("BB", 1));
        return values;
    }

    @Test
    void shouldOrderAllThatIsNotEqual() {
        List<Object> values = values();
        List<MapKey> sorted = values.stream().map(MapKey::of).sorted().toList();
        for (int i = 0; i < sorted.size(); i++) {
            for (int j = 0; j < sorted.size(); j++) {
                MapKey a = sorted.get(i);
                MapKey b = sorted.get(j);
                assertThat(Integer.signum(a.compareTo(b))).as("%s, %s", a, b).isEqualTo(Integer.signum(i - j));
                assertThat(a.equals(b)).as("%s, %s", a, b).isEqualTo(i == j);
            }
        }
        assertThat(sorted).extracting(MapKey::value).containsExactlyInAnyOrderElementsOf(values);
    }

    @Test
    void shouldTellNoDifferenceBetweenOrdersOfMembers() {
        Map<String, Object> oneWay = new LinkedHashMap<>();
        oneWay.put("a", 1);
        oneWay.put("b", List.of(2));
        Map<String, Object> theOther = new LinkedHashMap<>();
        theOther.put("b", List.of(2));
        theOther.put("a", 1);
        assertThat(MapKey.of(List.of(oneWay)))
                .isEqualTo(MapKey.of(List.of(theOther)))
                .isEqualByComparingTo(MapKey.of(List.of(theOther)))
                .hasSameHashCodeAs(MapKey.of(List.of(theOther)));
    }

    /** It counts what is read of it. */
    private final class Colliding extends AbstractList<Object> {
        private final int number;

        Colliding(int number) {
            this.number = number;
        }

        @Override
        public Object get(int index) {
            steps++;
            return index == 0 ? number : -31 * number;
        }

        @Override
        public int size() {
            return 2;
        }
    }

    private long steps;

    @Test
    void shouldBeFoundInFewStepsAmongManyWithTheSameHash() {
        Map<MapKey, Integer> map = new HashMap<>();
        for (int i = 0; i < KEYS; i++) {
            map.put(new MapKey(new Colliding(i)), i);
        }
        for (int i = 0; i < KEYS; i++) {
            assertThat(map.get(new MapKey(new Colliding(i)))).isEqualTo(i);
        }
        assertThat(map.keySet().stream().map(MapKey::hashCode).distinct()).hasSize(1);
        assertThat(steps).isBetween((long) KEYS, STEPS * KEYS);
    }

    @Test
    void shouldAlsoOrderNamesOfWhatIsServed() {
        List<Served.Key> keys = new ArrayList<>();
        for (String type : List.of("Aa", "BB")) {
            for (String name : List.of("Aa", "BB", "C")) {
                keys.add(new Served.Key(type, name));
            }
        }
        for (Served.Key a : keys) {
            for (Served.Key b : keys) {
                assertThat(a.compareTo(b) == 0).isEqualTo(a.equals(b));
                assertThat(Integer.signum(a.compareTo(b))).isEqualTo(-Integer.signum(b.compareTo(a)));
            }
        }
    }
}
