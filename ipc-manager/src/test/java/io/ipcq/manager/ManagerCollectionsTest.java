// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.ListTestSuiteBuilder;
import com.google.common.collect.testing.SetTestSuiteBuilder;
import com.google.common.collect.testing.TestStringListGenerator;
import com.google.common.collect.testing.TestStringMapGenerator;
import com.google.common.collect.testing.TestStringSetGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.ListFeature;
import com.google.common.collect.testing.features.MapFeature;
import io.ipcq.codec.Codec;
import io.ipcq.connection.AuthKey;
import io.ipcq.manager.server.ManagerServer;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import junit.framework.TestCase;
import junit.framework.TestSuite;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Guava's suites of what a list, a set and a concurrent map have to do, for those of a manager. */
class ManagerCollectionsTest {

    private ManagerServer server;
    private Manager manager;

    /** Where the server listens; null for a private socket. */
    SocketAddress address() {
        return null;
    }

    @BeforeEach
    void start() throws Exception {
        AuthKey key = AuthKey.random();
        server = ManagerServer.builder().bind(address(), key);
        manager = Manager.connect(server.address(), key);
    }

    @AfterEach
    void stop() {
        manager.close();
        server.close();
    }

    /** All features but null elements, which no queue, map, set or list of a manager takes. */
    @TestFactory
    Stream<DynamicTest> shouldBeList() {
        return tests(ListTestSuiteBuilder.using(new TestStringListGenerator() {
                    @Override
                    protected List<String> create(String[] elements) {
                        List<String> list = manager.list("list", String.class);
                        list.clear();
                        list.addAll(Arrays.asList(elements));
                        return list;
                    }
                })
                .named("list")
                .withFeatures(
                        CollectionSize.ANY,
                        ListFeature.SUPPORTS_SET,
                        ListFeature.SUPPORTS_ADD_WITH_INDEX,
                        ListFeature.SUPPORTS_REMOVE_WITH_INDEX,
                        CollectionFeature.SUPPORTS_ADD,
                        CollectionFeature.SUPPORTS_REMOVE,
                        CollectionFeature.SUPPORTS_ITERATOR_REMOVE,
                        CollectionFeature.ALLOWS_NULL_QUERIES,
                        CollectionFeature.KNOWN_ORDER)
                .createTestSuite());
    }

    @TestFactory
    Stream<DynamicTest> shouldBeConcurrentMap() {
        return tests(ConcurrentMapTestSuiteBuilder.using(new TestStringMapGenerator() {
                    @Override
                    protected Map<String, String> create(Map.Entry<String, String>[] entries) {
                        ConcurrentMap<String, String> map = manager.map("map", String.class, String.class);
                        map.clear();
                        for (Map.Entry<String, String> entry : entries) {
                            map.put(entry.getKey(), entry.getValue());
                        }
                        return map;
                    }
                })
                .named("map")
                .withFeatures(
                        CollectionSize.ANY,
                        MapFeature.SUPPORTS_PUT,
                        MapFeature.SUPPORTS_REMOVE,
                        CollectionFeature.SUPPORTS_ITERATOR_REMOVE,
                        CollectionFeature.KNOWN_ORDER)
                .createTestSuite());
    }

    @TestFactory
    Stream<DynamicTest> shouldBeSet() {
        return tests(SetTestSuiteBuilder.using(new TestStringSetGenerator() {
                    @Override
                    protected Set<String> create(String[] elements) {
                        Set<String> set = manager.set("set", String.class);
                        set.clear();
                        set.addAll(Arrays.asList(elements));
                        return set;
                    }
                })
                .named("set")
                .withFeatures(
                        CollectionSize.ANY,
                        CollectionFeature.SUPPORTS_ADD,
                        CollectionFeature.SUPPORTS_REMOVE,
                        CollectionFeature.SUPPORTS_ITERATOR_REMOVE,
                        CollectionFeature.ALLOWS_NULL_QUERIES,
                        CollectionFeature.SERIALIZABLE,
                        CollectionFeature.KNOWN_ORDER)
                .createTestSuite());
    }

    /** A codec that never encodes a value twice in the same way. */
    record Salted() implements Codec<String> {

        private static final AtomicInteger SALT = new AtomicInteger();

        @Override
        public String id() {
            return "salted";
        }

        @Override
        public byte[] encode(String value) {
            return (SALT.incrementAndGet() + ":" + value).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(byte[] bytes) {
            String text = new String(bytes, StandardCharsets.UTF_8);
            return text.substring(text.indexOf(':') + 1);
        }
    }

    record Sku(String code, Set<String> tags) {}

    @Test
    void shouldCompareValuesAndNotTheirEncodings() {
        ConcurrentMap<String, String> map = manager.map("salted", Codec.forType(String.class), new Salted());
        map.put("a", "x");
        assertThat(map.compute("a", (key, value) -> value + "y")).isEqualTo("xy");
        assertThat(map.merge("a", "z", String::concat)).isEqualTo("xyz");
        map.replaceAll((key, value) -> value.toUpperCase(Locale.ROOT));
        assertThat(map.containsValue("XYZ")).isTrue();
        assertThat(map.replace("a", "XYZ", "b")).isTrue();
        assertThat(map.remove("a", "c")).isFalse();
        assertThat(map.remove("a", map.get("a"))).isTrue();
        ConcurrentMap<String, byte[]> arrays = manager.map("arrays", String.class, byte[].class);
        arrays.put("a", new byte[] {1});
        assertThat(arrays.computeIfPresent("a", (key, value) -> new byte[] {2})).containsExactly(2);
        assertThat(arrays.remove("a", arrays.get("a"))).isTrue();
    }

    @Test
    void shouldNotFindKeysOfOtherTypes() {
        Map<Sku, Integer> map = manager.map("stock", Sku.class, Integer.class);
        map.put(new Sku("a", Set.of("x")), 1);
        for (Object other : List.of("a", 1, List.of(), new Object(), Map.entry("a", "b"))) {
            assertThat(map.containsKey(other)).as("%s", other).isFalse();
            assertThat(map.get(other)).isNull();
            assertThat(map.remove(other)).isNull();
            assertThat(map.containsValue(other)).isEqualTo(other.equals(1));
            assertThat(map.equals(Map.of(other, 1))).isFalse();
            assertThat(map.keySet().contains(other)).isFalse();
        }
        assertThat(map).isEqualTo(Map.of(new Sku("a", Set.of("x")), 1));
    }

    /** Each set iterates in its own order, which depends on what was in it before. */
    @Test
    void shouldFindEqualKeysWhateverTheOrderOfTheirSets() {
        Map<Sku, Integer> map = manager.map("stock", Sku.class, Integer.class);
        Set<String> forth = new LinkedHashSet<>(List.of("x", "y", "z"));
        Set<String> back = new LinkedHashSet<>(List.of("z", "y", "x"));
        map.put(new Sku("a", forth), 1);
        assertThat(map.get(new Sku("a", back))).isEqualTo(1);
        map.put(new Sku("a", back), 2);
        assertThat(map).hasSize(1);
        Set<Sku> set = manager.set("skus", Sku.class);
        assertThat(set.add(new Sku("a", forth))).isTrue();
        assertThat(set.add(new Sku("a", back))).isFalse();
        assertThat(set.containsAll(List.of(new Sku("a", back)))).isTrue();
        assertThat(set.retainAll(List.of(new Sku("a", back)))).isFalse();
        assertThat(set.removeAll(List.of(new Sku("a", back)))).isTrue();
        assertThat(set).isEmpty();
    }

    @Test
    void shouldNotFindElementsOfOtherTypes() {
        Set<Sku> set = manager.set("skus", Sku.class);
        Sku there = new Sku("a", Set.of("x"));
        set.add(there);
        for (Object other : List.of("a", 1, List.of(), new Object(), Map.entry("a", "b"))) {
            assertThat(set.contains(other)).as("%s", other).isFalse();
            assertThat(set.remove(other)).isFalse();
            assertThat(set.containsAll(List.of(there, other))).isFalse();
            assertThat(set.removeAll(List.of(other))).isFalse();
            assertThat(set.retainAll(List.of(there, other))).isFalse();
            assertThat(set.equals(Set.of(other))).isFalse();
        }
        assertThat(set).isEqualTo(Set.of(there));
    }

    /** Arrays have no {@code equals}, but they have an encoding. */
    @Test
    void shouldFindArraysByTheirContent() {
        Set<byte[]> set = manager.set("arrays", byte[].class);
        assertThat(set.add(new byte[] {1})).isTrue();
        assertThat(set.add(new byte[] {1})).isFalse();
        assertThat(set.retainAll(List.of(new byte[] {1}))).isFalse();
        assertThat(set.remove(new byte[] {1})).isTrue();
    }

    /** Sees a set that several threads change as a whole only as it is before or after a change. */
    @Test
    void shouldChangeSetAsAWhole() throws Exception {
        Set<Integer> set = manager.set("numbers", Integer.class);
        List<Integer> pair = List.of(1, 2);
        List<Callable<Boolean>> changes = List.of(
                () -> set.addAll(pair),
                () -> set.removeAll(pair),
                () -> set.retainAll(List.of()),
                () -> set.removeIf(number -> number > 0));
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (Callable<Boolean> change : changes) {
            threads.add(CompletableFuture.runAsync(() -> {
                for (int round = 0; round < 50; round++) {
                    try {
                        change.call();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                    assertThat(List.copyOf(set)).isIn(List.of(), pair);
                }
            }));
        }
        for (CompletableFuture<Void> thread : threads) {
            thread.get(60, TimeUnit.SECONDS);
        }
        set.addAll(List.of(1, 2, 3));
        assertThatThrownBy(() -> set.addAll(Arrays.asList(4, null))).isInstanceOf(NullPointerException.class);
        assertThat(set).containsExactly(1, 2, 3);
        AtomicBoolean alone = new AtomicBoolean(true);
        set.removeIf(number -> {
            if (alone.getAndSet(false)) {
                set.add(4); // comes between
            }
            return number > 1;
        });
        assertThat(set).containsExactly(1);
    }

    /** An item that fits into an answer alone does not come with others. */
    @Test
    void shouldShowLargeItemBehindSmallOnes() {
        String large = "x".repeat((8 << 20) - 1_000);
        List<String> items = List.of("x".repeat(1_000_000), large, "x", large);
        List<String> list = manager.list("list", String.class);
        Map<String, String> map = manager.map("map", String.class, String.class);
        for (int i = 0; i < items.size(); i++) {
            list.add(items.get(i));
            map.put("key" + i, items.get(i));
        }
        assertThat(List.copyOf(list)).isEqualTo(items);
        assertThat(List.copyOf(map.values())).isEqualTo(items);
    }

    @Test
    void shouldShowWhatIsLargerThanAFrame() {
        String large = "x".repeat(100_000);
        List<String> list = manager.list("large", String.class);
        Map<String, String> map = manager.map("large", String.class, String.class);
        Set<String> set = manager.set("large", String.class);
        Map<String, String> expected = new HashMap<>();
        for (int i = 0; i < 120; i++) {
            list.add(i + large);
            map.put("key" + i, i + large);
            set.add(i + large);
            expected.put("key" + i, i + large);
        }
        assertThat(map.entrySet().stream().map(Map.Entry::getKey)).hasSize(120);
        assertThat(map.equals(expected)).isTrue();
        assertThat(set).isEqualTo(Set.copyOf(expected.values()));
        assertThat(list.stream().map(String::length)).hasSize(120);
        assertThat(list.indexOf("119" + large)).isEqualTo(119);
        assertThat(list.remove("60" + large)).isTrue();
        assertThat(list.get(60)).startsWith("61x");
    }

    /** Each adds and removes its own numbers while all sort; nothing gets lost or is there twice. */
    @Test
    void shouldChangeListAsAWhole() throws Exception {
        List<Integer> list = manager.list("numbers", Integer.class);
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int own = i;
            threads.add(CompletableFuture.runAsync(() -> {
                for (int round = 0; round < 20; round++) {
                    list.addAll(List.of(own, own + 10, own + 20));
                    list.sort(null);
                    list.removeIf(number -> number == own + 10);
                    list.remove((Object) (own + 20));
                    list.replaceAll(number -> number);
                }
            }));
        }
        for (CompletableFuture<Void> thread : threads) {
            thread.get(60, TimeUnit.SECONDS);
        }
        list.sort(null);
        assertThat(list).hasSize(80).isSorted().containsOnly(0, 1, 2, 3);
        Iterator<Integer> late = list.iterator();
        late.next();
        list.add(7);
        assertThatThrownBy(late::remove).isInstanceOf(ConcurrentModificationException.class);
    }

    private static Stream<DynamicTest> tests(TestSuite suite) {
        return Collections.list(suite.tests()).stream()
                .flatMap(test -> test instanceof TestSuite inner
                        ? tests(inner)
                        : Stream.of(dynamicTest(suite.getName() + " " + test, ((TestCase) test)::runBare)));
    }
}
