// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CodecTest {

    record Order(long id, List<String> lines) {}

    static Stream<Codec<?>> codecs() {
        return Stream.of(
                Codec.utf8(),
                Codec.bytes(),
                Codec.json(Order.class),
                Codec.json(new TypeRef<Map<String, List<Order>>>() {}));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void shouldSurviveSerialization(Codec<?> codec) throws Exception {
        Object copy = deserialize(serialize(codec));

        assertThat(copy).isEqualTo(codec).hasSameHashCodeAs(codec).hasToString(codec.id());
        assertThat(((Codec<?>) copy).id()).isEqualTo(codec.id());
    }

    @Test
    void shouldStaySingletons() throws Exception {
        assertThat(deserialize(serialize(Codec.utf8()))).isSameAs(Codec.utf8());
        assertThat(deserialize(serialize(Codec.bytes()))).isSameAs(Codec.bytes());
    }

    @Test
    void shouldNotCarryTheObjectAroundATypeRef() throws Exception {
        // this test class is not serializable, and the anonymous class below belongs to an instance of it
        Codec<List<Order>> codec = Codec.json(new TypeRef<List<Order>>() {
            @Override
            protected Object clone() {
                return CodecTest.this;
            }
        });
        List<Order> orders = List.of(new Order(1, List.of("a")));

        @SuppressWarnings("unchecked")
        Codec<List<Order>> copy = (Codec<List<Order>>) deserialize(serialize(codec));

        assertThat(copy.decode(codec.encode(orders))).isEqualTo(orders);
        assertThat(codec.decode(copy.encode(orders))).isEqualTo(orders);
    }

    @Test
    void shouldWorkInAnotherJvm() throws Exception {
        Codec<List<Order>> codec = Codec.json(new TypeRef<List<Order>>() {});
        List<Order> orders = List.of(new Order(5, List.of("tea")), new Order(6, List.of()));

        String answer = runChild(
                Base64.getEncoder().encodeToString(serialize(codec)),
                Base64.getEncoder().encodeToString(codec.encode(orders)));

        assertThat(answer).contains("id=" + codec.id() + " decoded=" + orders + " ");
        String encoded = answer.replaceAll("(?s).*encoded=(\\S+).*", "$1");
        assertThat(codec.decode(Base64.getDecoder().decode(encoded))).isEqualTo(orders);
    }

    /** What the other JVM runs. */
    static final class Child {
        public static void main(String[] args) throws Exception {
            @SuppressWarnings("unchecked")
            Codec<List<Order>> codec =
                    (Codec<List<Order>>) deserialize(Base64.getDecoder().decode(args[0]));
            List<Order> orders = codec.decode(Base64.getDecoder().decode(args[1]));
            String encoded = Base64.getEncoder().encodeToString(codec.encode(orders));
            System.out.println("id=" + codec.id() + " decoded=" + orders + " encoded=" + encoded);
        }
    }

    private static String runChild(String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName()));
        command.addAll(List.of(args));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output = new String(child.getInputStream().readAllBytes());
            assertThat(child.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(child.exitValue()).as(output).isZero();
            return output;
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void shouldNotLoadJacksonBeforeTheFirstValue() throws Exception {
        try (NamingLoader loader = new NamingLoader()) {
            Class<?> ours = loader.loadClass(Codec.class.getName());
            Object codec = ours.getMethod("json", Class.class).invoke(null, List.class);
            Method id = ours.getMethod("id");
            assertThat(id.invoke(codec)).isEqualTo("json:java.util.List");
            assertThat(serialize(codec)).isNotEmpty();
            assertThat(loader.jackson).isEmpty();

            ours.getMethod("encode", Object.class).invoke(codec, List.of(1));
            assertThat(loader.jackson).isNotEmpty();
        }
    }

    /** Loads the library again, and notes which classes of Jackson it asks for. */
    private static final class NamingLoader extends URLClassLoader {
        final List<String> jackson = new ArrayList<>();

        NamingLoader() {
            super(
                    new URL[] {Codec.class.getProtectionDomain().getCodeSource().getLocation()},
                    NamingLoader.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("tools.jackson.") || name.startsWith("com.fasterxml.")) {
                jackson.add(name);
            }
            if (!name.startsWith("io.ipcq.codec.") || name.contains("Test")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }

    @Test
    void shouldChooseTheCodecByType() {
        assertThat(Codec.forType(String.class)).isSameAs(Codec.utf8());
        assertThat(Codec.forType(byte[].class)).isSameAs(Codec.bytes());
        assertThat(Codec.forType(Order.class)).isEqualTo(Codec.json(Order.class));
    }

    @Test
    void shouldNameTheFormatAndTheType() {
        assertThat(Codec.utf8().id()).isEqualTo("utf8");
        assertThat(Codec.bytes().id()).isEqualTo("bytes");
        assertThat(Codec.json(Order.class).id()).isEqualTo("json:io.ipcq.codec.CodecTest$Order");
        assertThat(Codec.json(new TypeRef<List<String>>() {}).id()).isEqualTo("json:java.util.List<java.lang.String>");
        assertThat(Codec.json(new TypeRef<Order>() {})).isEqualTo(Codec.json(Order.class));
        assertThat(Codec.json(new TypeRef<List<Order>>() {})).isNotEqualTo(Codec.json(new TypeRef<List<Long>>() {}));
    }

    @Test
    void shouldKeepBytesAsTheyAre() {
        byte[] bytes = {1, 2, 3};

        assertThat(Codec.bytes().encode(bytes)).isSameAs(bytes);
        assertThat(Codec.bytes().decode(bytes)).isSameAs(bytes);
    }

    @Test
    @SuppressWarnings("NullAway")
    void shouldRefuseNull() {
        assertThatNullPointerException().isThrownBy(() -> Codec.utf8().encode(null));
        assertThatNullPointerException().isThrownBy(() -> Codec.bytes().encode(null));
        assertThatNullPointerException()
                .isThrownBy(() -> Codec.json(Order.class).encode(null));
        assertThatNullPointerException().isThrownBy(() -> Codec.json((Class<Order>) null));
    }

    @Test
    void shouldRefuseTypesThatNameNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Codec.json(Object.class))
                .withMessageContaining("Object");
        assertThatIllegalArgumentException()
                .isThrownBy(CodecTest::<String>openRef)
                .withMessageContaining("List<T>");
        assertThatIllegalArgumentException().isThrownBy(RawRef::new).withMessageContaining("RawRef");
        assertThatIllegalArgumentException().isThrownBy(CodecTest::longRef).withMessageContaining("max=512");
    }

    private static <T> TypeRef<List<T>> openRef() {
        return new TypeRef<>() {};
    }

    @SuppressWarnings("rawtypes")
    private static final class RawRef extends TypeRef {}

    private static void longRef() {
        Codec.json(
                new TypeRef<
                        Map<
                                Map<Map<Map<Order, Order>, Map<Order, Order>>, Map<Map<Order, Order>, Order>>,
                                Map<Map<Map<Order, Order>, Order>, Map<Order, Map<Order, Order>>>>>() {});
    }

    private static byte[] serialize(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    private static Object deserialize(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }
}
