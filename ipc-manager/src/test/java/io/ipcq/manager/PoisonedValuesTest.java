// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.manager.wire.ProtocolClient;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.EncodedQueue;
import io.ipcq.queue.SharedQueue;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One client stores values at the limits of what can be said, and beyond; another one reads them in every way. It may
 * be refused them, call by call, but it keeps its connection and what it holds.
 */
@Timeout(120)
class PoisonedValuesTest {

    private static final Duration NOW = Duration.ZERO;
    private static final int FAR_TOO_DEEP = 300;
    private static final int FAR_TOO_LONG = 20_000;

    /** A list in a list in a list. */
    public record Node(Node next) {}

    public interface Library {
        BigInteger number(int digits);

        Node node(int depth);
    }

    static final class Shelf implements Library {
        @Override
        public BigInteger number(int digits) {
            return BigInteger.TEN.pow(digits - 1);
        }

        @Override
        public Node node(int depth) {
            Node node = null;
            for (int i = 0; i < depth; i++) {
                node = new Node(node);
            }
            return node;
        }
    }

    @TempDir
    Path directory;

    private final AuthKey key = AuthKey.random();
    private ManagerServer server;
    private ProtocolClient poisoner;
    private Manager reader;
    private SharedLock lock;

    @BeforeEach
    void start() throws Exception {
        server = ManagerServer.builder()
                .directory(directory)
                .register(Library.class, Shelf::new)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), key);
        poisoner = new ProtocolClient(Connection.connect(server.address(), key));
        reader = Manager.connect(Connection.connect(server.address(), key));
        lock = reader.lock("lock");
        lock.lock();
    }

    @AfterEach
    void stop() {
        poisoner.close();
        reader.close();
        server.close();
    }

    /** JSON text of values from a little within the limits to far beyond. */
    private static List<String> poison() {
        List<String> values = new ArrayList<>();
        int deepest = 200; // docs/protocol.md
        for (int depth = deepest - 8; depth <= deepest + 2; depth++) {
            values.add("[".repeat(depth) + "]".repeat(depth));
            values.add("{\"a\":".repeat(depth) + "1" + "}".repeat(depth));
        }
        for (int digits : List.of(999, 1_000, 1_001, 9_999, 10_000, 10_001)) {
            String number = "7".repeat(digits);
            values.addAll(List.of(
                    number,
                    "-" + number.substring(1),
                    number.substring(2) + ".5",
                    number.substring(3) + "e12",
                    number.substring(9) + "e999999"));
        }
        values.addAll(List.of("1e2147483647", "1e-2147483647", "1e99999999999", "0.0", "-0.0", "1e0"));
        return values;
    }

    private void store(String value) throws Exception {
        for (String request : List.of(
                "'map.put','params':['map','k',VALUE]",
                "'map.put','params':['keys',VALUE,'v']",
                "'map.putAll','params':['pairs',[['k',VALUE],[VALUE,'v']]]",
                "'set.put','params':['set',VALUE,true]",
                "'namespace.put','params':['space','k',VALUE]",
                "'value.set','params':['value',0,VALUE]",
                "'array.setAll','params':['array',1,[VALUE,VALUE]]",
                "'array.fill','params':['array',0,2,VALUE]",
                "'list.append','params':['list',VALUE]",
                "'queue.put','params':['queue',VALUE,0]",
                "'queue.putAll','params':['queue',[VALUE,VALUE,VALUE]]",
                "'durableQueue.put','params':['queue',VALUE,0]")) {
            String json = "{'jsonrpc':'2.0','id':'store','method':" + request + "}";
            poisoner.sendText(json.replace('\'', '"').replace("VALUE", value));
            assertThat(poisoner.answer("store")).isNotNull(); // whichever, but one that bears the id
        }
    }

    private interface Way {
        void read() throws Exception;
    }

    private void each(Way... ways) {
        for (Way way : ways) {
            try {
                way.read();
            } catch (ManagerGoneException e) {
                throw new AssertionError("a value took the connection along", e);
            } catch (Exception refused) {
                // this call only
            }
            assertThat(reader.ping()).isPresent();
        }
    }

    private void read(ConcurrentMap<String, String> map) {
        each(
                () -> map.get("k"),
                () -> map.containsKey("k"),
                () -> map.containsValue("v"),
                map::entrySet,
                () -> map.putIfAbsent("k", "v"),
                () -> map.replace("k", "v"),
                () -> map.remove("k"),
                map::clear);
    }

    @Test
    void shouldCostNoMoreThanOneCall() throws Exception {
        List<String> maps = List.of("map", "keys", "pairs");
        for (String map : maps) {
            poisoner.result("open", "map", map);
        }
        poisoner.result("open", "set", "set");
        poisoner.result("open", "value", "value");
        poisoner.result("open", "array", "array", Map.of("length", 3));
        poisoner.result("open", "namespace", "space");
        poisoner.result("open", "list", "list");
        poisoner.result("open", "queue", "queue", Map.of("codec", "json:java.lang.Integer"));
        poisoner.result("open", "durableQueue", "queue", Map.of("codec", "json:java.lang.Integer"));
        Namespace space = reader.namespace("space");
        Set<String> set = reader.set("set", String.class);
        List<String> list = reader.list("list", String.class);
        SharedValue<String> single = reader.value("value", String.class);
        SharedArray<String> array = reader.array("array", String.class, 3);
        SharedQueue<Integer> queue = reader.queue("queue", Integer.class);
        DurableQueue<Integer> durable = reader.durableQueue("queue", Integer.class);
        for (String value : poison()) {
            store(value);
            for (String map : maps) {
                read(reader.map(map, String.class, String.class));
            }
            each(() -> space.get("k", String.class));
            each(() -> set.add("v"), () -> List.copyOf(set), () -> set.remove("v"), set::clear);
            each(single::get, () -> single.compareAndSet("u", "v"), () -> single.getAndSet("v"));
            each(() -> array.get(0), array::getAll, () -> array.updateAndGet(1, any -> "v"), () -> array.fill("v"));
            each(() -> list.get(0), () -> List.copyOf(list), () -> list.set(0, "v"), () -> list.remove(0));
            each(queue::peek, () -> queue.get(NOW), queue::getNow, () -> queue.drainTo(new ArrayList<>()));
            each(durable::peek, () -> durable.receive(NOW), () -> durable.get(NOW));
        }
        assertThat(lock.isLocked()).isTrue();
    }

    @Test
    void shouldAnswerWhatTheServersOwnCodeMakes() {
        Library library = reader.get("library", Library.class);
        each(() -> library.number(FAR_TOO_LONG), () -> library.node(FAR_TOO_DEEP));
        assertThat(library.number(100)).isEqualTo(BigInteger.TEN.pow(99));
        assertThat(lock.isLocked()).isTrue();
    }

    /** What a queue's local producers put does not pass the server, which has to send it all the same. */
    @Test
    void shouldAnswerWhatLocalProducersPut() throws Exception {
        SharedQueue<Integer> queue = reader.queue("queue", Integer.class);
        try (SharedQueue<byte[]> local = EncodedQueue.open(queue.directory())) {
            for (byte[] value : beyond()) {
                local.put(value);
                local.put("42".getBytes(StandardCharsets.UTF_8));
                List<Integer> drained = new ArrayList<>();
                each(() -> queue.peek(), () -> queue.get(NOW));
                queue.drainTo(drained);
                assertThat(drained).containsExactly(42);
            }
        }
        assertThat(lock.isLocked()).isTrue();
    }

    private static List<byte[]> beyond() {
        return Stream.of("[".repeat(FAR_TOO_DEEP) + "]".repeat(FAR_TOO_DEEP), "7".repeat(FAR_TOO_LONG), "no JSON")
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void shouldRefuseOwnValuesBeforeTheyAreSent() {
        ConcurrentMap<String, BigInteger> map = reader.map("map", String.class, BigInteger.class);
        List<Node> list = reader.list("list", Node.class);
        each(() -> map.put("k", BigInteger.TEN.pow(FAR_TOO_LONG)), () -> list.add(new Shelf().node(FAR_TOO_DEEP)));
        assertThat(map).isEmpty();
        assertThat(list).isEmpty();
        assertThat(lock.isLocked()).isTrue();
    }
}
