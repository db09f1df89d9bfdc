// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.Serializable;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each kind of what is open in a process, or secret, as it is declared in each way, in each thing that holds elements.
 */
@Timeout(120)
class LiveElementTest {

    /** A type of the test's own. */
    public interface Shelf {
        int count();
    }

    /** Another one, whose methods take what a queue or a list can be in. */
    public interface Taker {
        default void ofQueue(OfQueue element) {}

        default void ofBlockingQueue(OfBlockingQueue element) {}

        default void ofPlainQueue(OfPlainQueue element) {}

        default void ofCollection(OfCollection element) {}

        default void ofList(OfList element) {}

        default void ofObject(OfObject element) {}

        default void ofSerializable(OfSerializable element) {}

        default void ofCloseable(OfCloseable element) {}
    }

    // what an element may declare; all that fit are tried with each kind
    record OfQueue(SharedQueue<String> content) {}

    record OfDurableQueue(DurableQueue<String> content) {}

    record OfBlockingQueue(BlockingQueue<String> content) {}

    record OfPlainQueue(Queue<String> content) {}

    record OfCollection(Collection<String> content) {}

    record OfList(List<String> content) {}

    record OfSet(Set<String> content) {}

    record OfMap(Map<String, String> content) {}

    record OfConcurrentMap(ConcurrentMap<String, String> content) {}

    record OfCounter(SharedCounter content) {}

    record OfLock(SharedLock content) {}

    record OfAnyLock(Lock content) {}

    record OfSemaphore(SharedSemaphore content) {}

    record OfLatch(SharedLatch content) {}

    record OfEvent(SharedEvent content) {}

    record OfBarrier(SharedBarrier content) {}

    record OfNamespace(Namespace content) {}

    record OfValue(SharedValue<String> content) {}

    record OfArray(SharedArray<String> content) {}

    record OfOwnType(Shelf content) {}

    record OfManager(Manager content) {}

    record OfKey(AuthKey content) {}

    record OfObject(Object content) {}

    record OfSerializable(Serializable content) {}

    record OfCloseable(AutoCloseable content) {}

    private interface Way {
        void put(Object element) throws Exception;
    }

    @TempDir
    Path directory;

    private static Map<String, Object> open(Manager manager) {
        Map<String, Object> kinds = new LinkedHashMap<>();
        kinds.put("queue", manager.queue("queue", String.class));
        kinds.put("durable queue", manager.durableQueue("durable", String.class));
        kinds.put("map", manager.map("map", String.class, String.class));
        kinds.put("list", manager.list("list", String.class));
        kinds.put("set", manager.set("set", String.class));
        kinds.put("value", manager.value("value", String.class));
        kinds.put("array", manager.array("array", String.class, 1));
        kinds.put("counter", manager.counter("counter"));
        kinds.put("lock", manager.lock("lock"));
        kinds.put("semaphore", manager.semaphore("semaphore", 1));
        kinds.put("latch", manager.latch("latch", 1));
        kinds.put("event", manager.event("event"));
        kinds.put("barrier", manager.barrier("barrier", 2));
        kinds.put("namespace", manager.namespace("namespace"));
        kinds.put("own type", manager.get("shelf", Shelf.class));
        kinds.put("manager", manager);
        return kinds;
    }

    /** The elements that have one of the kinds in them, by what they are. */
    private static List<Object> elements(Object kind) throws Exception {
        List<Object> elements = new ArrayList<>();
        for (Class<?> holder : LiveElementTest.class.getDeclaredClasses()) {
            if (holder.isRecord() && holder.getRecordComponents()[0].getType().isInstance(kind)) {
                Constructor<?> constructor = holder.getDeclaredConstructors()[0];
                constructor.setAccessible(true);
                elements.add(constructor.newInstance(kind));
            }
        }
        assertThat(elements).as("%s", kind.getClass()).hasSizeGreaterThanOrEqualTo(2);
        return elements;
    }

    @SuppressWarnings("unchecked")
    private static Codec<Object> codec(Object element) {
        return (Codec<Object>) Codec.forType(element.getClass());
    }

    /** Each way to put an element of a type somewhere. */
    private Map<String, Way> ways(Manager near, Manager far, Codec<Object> codec, String name) throws Exception {
        Map<String, Way> ways = new LinkedHashMap<>();
        Codec<String> text = Codec.utf8();
        for (Manager manager : List.of(near, far)) {
            String suffix = manager == near ? "" : ", from elsewhere";
            ways.put("managed queue" + suffix, manager.queue(name, codec)::put);
            ways.put("managed durable queue" + suffix, manager.durableQueue(name, codec)::put);
            ways.put(
                    "value of a map" + suffix,
                    e -> manager.map(name, text, codec).put("key", e));
            ways.put(
                    "key of a map" + suffix, e -> manager.map(name, codec, text).put(e, "value"));
            ways.put("set" + suffix, manager.set(name, codec)::add);
            List<Object> list = manager.list(name, codec);
            ways.put("list" + suffix, list::add);
            ways.put("place in a list" + suffix, e -> list.set(0, e));
            ways.put("gap in a list" + suffix, e -> list.add(0, e));
            ways.put("list as one of several" + suffix, e -> list.addAll(Arrays.asList(e)));
            Taker taker = manager.get("taker", Taker.class);
            ways.put("call of an own type" + suffix, e -> call(taker, e));
            ways.put("value" + suffix, manager.value(name, codec)::set);
            ways.put("array" + suffix, e -> manager.array(name, codec, 1).set(0, e));
            ways.put("namespace" + suffix, e -> manager.namespace(name).set("name", e));
        }
        return ways;
    }

    /** The method that takes such an element. */
    private static void call(Taker taker, Object element) throws Exception {
        Method method = Arrays.stream(Taker.class.getMethods())
                .filter(each -> each.getParameterTypes()[0] == element.getClass())
                .findFirst()
                .orElseThrow();
        try {
            method.invoke(taker, element);
        } catch (InvocationTargetException e) {
            throw (Exception) e.getCause();
        }
    }

    private static void requireRefused(String what, Object element, Way way) {
        assertThatThrownBy(() -> way.put(element))
                .as("%s of a %s", element.getClass().getSimpleName(), what)
                .isInstanceOf(CodecException.class)
                .message()
                .containsAnyOf("is open in this process, and no element can hold it; put its name", "is a secret");
    }

    @Test
    void shouldRefuseWhatIsOpenWhereverItIsPut() throws Exception {
        AuthKey key = AuthKey.random();
        try (ManagerServer server = ManagerServer.builder()
                        .directory(directory)
                        .register(Shelf.class, () -> () -> 1)
                        .register(Taker.class, () -> new Taker() {})
                        .bind(key);
                Manager near = Manager.connect(server.address(), key);
                Manager far = Manager.connect(Connection.connect(server.address(), key));
                SharedQueue<String> ring = SharedQueue.create(String.class);
                DurableQueue<String> journal =
                        DurableQueue.builder(String.class).create(directory.resolve("journal"))) {
            Map<String, Object> kinds = open(near);
            open(far).forEach((kind, proxy) -> kinds.put(kind + " of another connection", proxy));
            kinds.put("ring", ring);
            kinds.put("journal", journal);
            kinds.put("key", key);
            int names = 0;
            for (Map.Entry<String, Object> kind : kinds.entrySet()) {
                for (Object element : elements(kind.getValue())) {
                    String name = "of" + names++;
                    try (SharedQueue<Object> own =
                            SharedQueue.builder(codec(element)).create()) {
                        requireRefused(kind.getKey(), element, own::put);
                        requireRefused(kind.getKey(), element, e -> own.putAll(Arrays.asList(e)));
                        assertThat(own).isEmpty();
                    }
                    if (kind.getKey().equals("list") || kind.getKey().equals("queue")) {
                        for (Map.Entry<String, Way> way :
                                ways(near, far, codec(element), name).entrySet()) {
                            requireRefused(kind.getKey() + " in a " + way.getKey(), element, way.getValue());
                        }
                    }
                }
            }
            try (DurableQueue<OfQueue> durable =
                    DurableQueue.builder(OfQueue.class).create(directory.resolve("other"))) {
                requireRefused("ring in a journal", new OfQueue(ring), e -> durable.put((OfQueue) e));
                assertThat(durable).isEmpty();
            }
            for (Manager.Held held : near.names()) {
                if (held.name().startsWith("of") && held.type().equals("map")) {
                    assertThat(near.map(held.name(), String.class, String.class))
                            .isEmpty();
                }
            }
        }
    }

    /** A copy of the content is one, and so is a view of it; a name leads to the thing itself. */
    @Test
    void shouldCarryContentAndNames() throws Exception {
        AuthKey key = AuthKey.random();
        try (ManagerServer server = ManagerServer.bind(key);
                Manager manager = Manager.connect(server.address(), key)) {
            Map<String, String> map = manager.map("map", String.class, String.class);
            List<String> list = manager.list("list", String.class);
            map.put("a", "b");
            list.addAll(List.of("a", "b"));
            SharedQueue<OfSet> sets = manager.queue("sets", OfSet.class);
            sets.put(new OfSet(map.keySet()));
            assertThat(sets.get()).isEqualTo(new OfSet(Set.of("a")));
            SharedQueue<OfList> lists = manager.queue("lists", OfList.class);
            lists.put(new OfList(List.copyOf(list)));
            lists.put(new OfList(list.subList(1, 2)));
            assertThat(lists.get()).isEqualTo(new OfList(List.of("a", "b")));
            assertThat(lists.get()).isEqualTo(new OfList(List.of("b")));
            SharedQueue<String> names = manager.queue("names", String.class);
            names.put("list");
            manager.list(names.get(), String.class).add("c");
            assertThat(list).containsExactly("a", "b", "c");
        }
    }
}
