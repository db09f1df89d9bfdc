// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The one rule for what travels: what is Serializable does, and what its JSON codec takes. */
class TravelOutputTest {

    record Line(String item, int pieces) {}

    record Order(int number, List<Line> lines) {}

    record Sent(Order order, String note) implements Serializable {}

    enum Size {
        SMALL,
        LARGE {
            @Override
            public String toString() {
                return "l";
            }
        }
    }

    sealed interface Shape permits Circle, Square {}

    record Circle(double radius) implements Shape {}

    record Square(double side) implements Shape {}

    record Drawing(Shape shape, Optional<Size> size) {}

    /** No record, and not Serializable. */
    static final class Counter {
        private int count;

        @Override
        public boolean equals(Object other) {
            return other instanceof Counter counter && counter.count == count;
        }

        @Override
        public int hashCode() {
            return count;
        }
    }

    private static final Order ORDER = new Order(1, List.of(new Line("tea", 2)));

    static List<Object> values() {
        Counter counter = new Counter();
        counter.count = 3;
        return List.of(
                ORDER,
                List.of(ORDER, ORDER),
                Map.of("key", ORDER),
                new Sent(ORDER, "note"),
                new Drawing(new Square(2), Optional.of(Size.LARGE)),
                Size.LARGE,
                counter);
    }

    @ParameterizedTest
    @MethodSource("values")
    void shouldCarry(Object value) throws Exception {
        assertThat(carried(value)).isEqualTo(value);
    }

    @Test
    void shouldCarryArray() throws Exception {
        assertThat((Order[]) carried(new Order[] {ORDER, null})).containsExactly(ORDER, null);
    }

    @Test
    void shouldKeepOneObjectOne() throws Exception {
        List<?> carried = (List<?>) carried(List.of(ORDER, ORDER));
        assertThat(carried.get(0)).isSameAs(carried.get(1));
    }

    @Test
    void shouldCarryWhatLambdaCaptured() throws Exception {
        Order order = ORDER;
        SerializableCallable<Integer> function = () -> order.number() + 1;
        assertThat(((SerializableCallable<?>) carried(function)).call()).isEqualTo(2);
    }

    /** A codec would take it, but it is not meant: it is around the lambda. */
    @Test
    void shouldRefuseObjectAroundLambda() {
        SerializableCallable<String> function = this::name;
        assertThatThrownBy(() -> carried(function)).isInstanceOf(NotSerializableException.class);
    }

    private String name() {
        return "name";
    }

    @Test
    void shouldRefuseWhatNoCodecTakes() {
        assertThatThrownBy(() -> carried(new Thread())).isInstanceOf(NotSerializableException.class);
        assertThatThrownBy(() -> carried(new Object())).isInstanceOf(NotSerializableException.class);
        Runnable lambda = () -> {};
        assertThatThrownBy(() -> carried(lambda)).isInstanceOf(NotSerializableException.class);
    }

    private static Object carried(Object value) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TravelOutput out = new TravelOutput(bytes)) {
            out.writeObject(new Object[] {value}); // as arguments and results are
        }
        ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        in.setObjectInputFilter(new TravelLimits(bytes.size(), Object[].class));
        return ((Object[]) in.readObject())[0];
    }
}
