// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.queue.SharedQueue;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What encodes comes back equal, or is refused where it was put: every kind of value, in everything that can hold one.
 * A run takes a share of all pairs, another one each time: {@code ipcq.codec.share} 1 takes them all.
 */
class JsonRoundTripTest {

    private static final int SHARE = Integer.getInteger("ipcq.codec.share", 16);
    private static final long SEED = Long.getLong("ipcq.seed", new Random().nextInt());

    /** What became of a value. */
    enum Fate {
        SAME,
        REFUSED,
        CHANGED,
        UNREADABLE,
        BROKEN
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveBackWhatItTook(Wrapping wrapping) {
        List<String> faults = new ArrayList<>();

        for (Specimen specimen : share(wrapping.ordinal(), Specimen.all())) {
            Type type = wrapping.of(specimen.type());
            for (Object value : specimen.values()) {
                Fate fate = fate(type, wrapping.of(specimen.type(), value));
                boolean known = wrapping.keepsKnown(specimen);
                if (fate != Fate.SAME && (known || fate != Fate.REFUSED)) {
                    faults.add(fate + " " + type.getTypeName() + " " + describe(value));
                }
            }
        }

        assertThat(faults).as("seed %d", SEED).isEmpty();
    }

    @Test
    void shouldGiveBackObjectsOfAnnotatedClasses() throws Exception {
        AnnotatedClasses some = AnnotatedClasses.some(new Random(SEED), SHARE);
        List<Class<?>> classes = some.compile();
        List<String> faults = new ArrayList<>();
        EnumMap<Fate, Integer> fates = new EnumMap<>(Fate.class);

        for (int i = 0; i < classes.size(); i++) {
            for (Specimen content : AnnotatedClasses.contents(classes.get(i))) {
                for (Object value : content.values()) {
                    Type type = Wrapping.generic(classes.get(i), content.type());
                    Fate fate = fate(type, object(classes.get(i), value));
                    fates.merge(fate, 1, Integer::sum);
                    if (fate != Fate.SAME && fate != Fate.REFUSED) {
                        faults.add(fate + " " + some.declarations().get(i) + " " + content.type() + " " + value);
                    }
                }
            }
        }

        assertThat(faults).as("seed %d, fates %s", SEED, fates).isEmpty();
        assertThat(fates).as("seed %d", SEED).containsKeys(Fate.SAME, Fate.REFUSED);
    }

    private static Object object(Class<?> type, Object content) throws ReflectiveOperationException {
        Constructor<?> constructor = type.getDeclaredConstructors()[0];
        constructor.setAccessible(true);
        if (constructor.getParameterCount() == 2) {
            return constructor.newInstance("n", content);
        }
        Object object = constructor.newInstance();
        set(type.getDeclaredField("content"), object, content);
        Class<?> named = type.getSuperclass() == Object.class ? type : type.getSuperclass();
        set(named.getDeclaredField("name"), object, "n");
        return object;
    }

    private static void set(Field field, Object object, Object value) throws IllegalAccessException {
        field.setAccessible(true);
        field.set(object, value);
    }

    /** All of them in what is most used, elsewhere each n-th. */
    private static List<Specimen> share(int wrapping, List<Specimen> all) {
        return IntStream.range(0, all.size())
                .filter(i -> wrapping <= Wrapping.RECORD.ordinal() || Math.floorMod(i + wrapping + SEED, SHARE) == 0)
                .mapToObj(all::get)
                .toList();
    }

    private static String describe(Object value) {
        return value.getClass().getName() + " " + value;
    }

    static Fate fate(Type type, Object value) {
        Codec<Object> codec;
        byte[] bytes;
        try {
            codec = codec(type);
            bytes = codec.encode(value);
        } catch (CodecException e) {
            return e.getMessage().startsWith("cannot encode ") ? Fate.REFUSED : Fate.BROKEN;
        } catch (IllegalArgumentException e) {
            return Fate.REFUSED;
        } catch (RuntimeException | StackOverflowError e) {
            return Fate.BROKEN;
        }
        try {
            return SameValue.same(value, codec.decode(bytes)) ? Fate.SAME : Fate.CHANGED;
        } catch (CodecException e) {
            return Fate.UNREADABLE;
        }
    }

    @SuppressWarnings("unchecked")
    private static Codec<Object> codec(Type type) {
        return (Codec<Object>) Codec.json(type);
    }

    @Test
    void shouldRefuseAQueueAsAField() throws Exception {
        Type type = Wrapping.generic(Wrapping.Box.class, Wrapping.generic(SharedQueue.class, String.class));

        try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
            queue.put("x");

            assertThat(fate(type, new Wrapping.Box<>(queue))).isEqualTo(Fate.REFUSED);
            assertThat(queue.get()).isEqualTo("x");
        }
    }

    @Test
    void shouldRefuseWhatWouldBeUsedUpWithoutTouchingIt() {
        Iterator<String> iterator = List.of("x").iterator();

        assertThat(fate(Wrapping.generic(Iterator.class, String.class), iterator))
                .isEqualTo(Fate.REFUSED);
        assertThat(iterator.next()).isEqualTo("x");
    }

    @Test
    void shouldKnowWhatIsTheSame() {
        assertThat(SameValue.same(new double[] {0.0}, new double[] {-0.0})).isFalse();
        assertThat(SameValue.same(new Shapes.Hiding("x", "y"), new Shapes.Hiding(null, "y")))
                .isFalse();
        assertThat(SameValue.same(new Shapes.Orders(1, List.of()), new Shapes.Orders(2, List.of())))
                .isFalse();
        assertThat(SameValue.same(List.of(new byte[] {1}), List.of(new byte[] {1})))
                .isTrue();
    }
}
