// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.codec.Codec;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.Manager;
import io.ipcq.manager.SharedSemaphore;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.ProtocolClient;
import io.ipcq.queue.DeadLetter;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.EncodedQueue;
import io.ipcq.queue.SharedQueue;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client of another making may do, and how far it may go. */
class ManagerProtocolTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final long STORED_BYTES = 1 << 20;
    private static final long CALL_BYTES = 48 << 20;
    private static final int LEASES = 1024;

    /** How often an element is delivered before it is given up. */
    private static final int ATTEMPTS = 5;

    @TempDir
    Path directory;

    private final AuthKey key = AuthKey.random();
    private ManagerServer server;
    private Manager manager;
    private ProtocolClient client;

    @BeforeEach
    void start() throws Exception {
        server = ManagerServer.builder()
                .directory(directory)
                .maxCallBytes(CALL_BYTES)
                .maxStoredBytes(STORED_BYTES)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), key);
        manager = Manager.connect(server.address(), key);
        client = new ProtocolClient(Connection.connect(server.address(), key));
    }

    @AfterEach
    void stop() {
        client.close();
        manager.close();
        server.close();
    }

    @Test
    void shouldReadOnWhenClientSendsManyRequestsBeforeItReads() throws Exception {
        client.ask("open", "list", "lines", Map.of());
        client.ask("list.append", "lines", "x".repeat(20_000));
        // neither the requests nor the answers fit into what the kernel keeps for a socket
        String ballast = "y".repeat(10_000);
        Set<Object> asked = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            asked.add(client.send("list.items", "lines", ballast));
        }
        Set<Object> answered = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            Map<?, ?> answer = client.receive();
            assertThat((List<?>) answer.get("result")).hasSize(1);
            answered.add(answer.get("id"));
        }
        assertThat(answered).isEqualTo(asked);
    }

    @Test
    void shouldPutBackWhatWasDrainedAndDidNotArrive() throws Exception {
        SharedQueue<String> memory = manager.queue("letters", String.class);
        DurableQueue<String> durable = manager.durableQueue("orders", String.class);
        memory.putAll(List.of("a", "b", "c"));
        durable.putAll(List.of("tea", "milk"));
        client.ask("open", "queue", "letters", Map.of("codec", "utf8"));
        client.ask("open", "durableQueue", "orders", Map.of("codec", "utf8"));
        assertThat(client.ask("queue.drain", "letters", 2, true).get("result")).isEqualTo(List.of("a", "b"));
        assertThat(client.ask("durableQueue.drain", "orders", 5, true).get("result"))
                .isEqualTo(List.of("tea", "milk"));
        assertThat(client.ask("queue.get", "letters", 0, true).get("result")).isEqualTo("c");
        client.ask("arrived", client.last());
        client.close();
        await().atMost(LONG).until(() -> server.clients() == 1);
        assertThat(List.of(memory.getNow(), memory.getNow())).containsExactlyInAnyOrder("a", "b");
        assertThat(memory.getNow()).isNull();
        assertThat(List.of(durable.getNow(), durable.getNow())).containsExactlyInAnyOrder("tea", "milk");
    }

    @Test
    void shouldKeepLockOfWhoMayNotAwaitItsCondition() throws Exception {
        client.ask("open", "lock", "lock", Map.of());
        client.ask("open", "event", "never", Map.of());
        for (int i = 0; i < Protocol.MAX_WAITING_CALLS; i++) {
            client.send("event.await", "never", null);
        }
        client.ask("lock.lock", "lock", "me", 0);
        assertThat(client.refusal("lock.await", "lock", "me", "ready", null)).isEqualTo(Protocol.LIMIT);
        assertThat(client.ask("lock.isLocked", "lock").get("result")).isEqualTo(true);
        assertThat(manager.lock("lock").tryLock()).isFalse();
        assertThat(client.ask("lock.unlock", "lock", "me").get("error")).isNull();
        assertThat(client.ask("lock.isLocked", "lock").get("result")).isEqualTo(false);
        client.ask("open", "barrier", "meet", Map.of("parties", 2));
        assertThat(client.refusal("barrier.await", "meet", null)).isEqualTo(Protocol.LIMIT);
        assertThat(client.ask("barrier.waiting", "meet").get("result")).isEqualTo(0);
    }

    @Test
    void shouldGiveReleasedPermitsBackOnce() throws Exception {
        SharedSemaphore semaphore = manager.semaphore("permits", 3);
        client.ask("open", "semaphore", "permits", Map.of());
        client.ask("semaphore.acquire", "permits", 2, 0);
        semaphore.release(); // one of those that the client acquired
        assertThat(semaphore.availablePermits()).isEqualTo(2);
        client.close();
        await().atMost(LONG).until(() -> server.clients() == 1);
        assertThat(semaphore.availablePermits()).isEqualTo(3);
    }

    @Test
    void shouldLimitResultsThatClientDoesNotConfirm() throws Exception {
        client.ask("open", "queue", "letters", Map.of("codec", "utf8"));
        for (int i = 0; i < Protocol.MAX_UNCONFIRMED; i++) {
            client.ask("queue.put", "letters", "x", 0);
            assertThat(client.ask("queue.get", "letters", 0, true).get("result"))
                    .isEqualTo("x");
        }
        client.ask("queue.put", "letters", "last", 0);
        assertThat(client.refusal("queue.get", "letters", 0, true)).isEqualTo(Protocol.LIMIT);
        client.ask("arrived", client.last() - 2);
        assertThat(client.ask("queue.get", "letters", 0, true).get("result")).isEqualTo("last");
    }

    @Test
    void shouldLimitLeases() throws Exception {
        DurableQueue<String> orders = manager.durableQueue("orders", String.class);
        orders.putAll(Collections.nCopies(LEASES + 1, "tea"));
        client.ask("open", "durableQueue", "orders", Map.of("codec", "utf8"));
        Map<?, ?> lease = Map.of();
        for (int i = 0; i < LEASES; i++) {
            lease = (Map<?, ?>) client.ask("durableQueue.receive", "orders", 0).get("result");
        }
        assertThat(client.ask("durableQueue.receive", "orders", 0).get("result"))
                .isNull();
        assertThat(client.ask("durableQueue.ack", "orders", lease.get("number")).get("result"))
                .isEqualTo(true);
        assertThat(client.ask("durableQueue.receive", "orders", 0).get("result"))
                .isNotNull();
    }

    @Test
    void shouldLimitWhatMapsAndListsTake() throws Exception {
        client.ask("open", "map", "stock", Map.of());
        client.ask("open", "list", "lines", Map.of());
        String big = "x".repeat((int) STORED_BYTES / 6);
        assertThat(client.ask("map.put", "stock", "a", big).get("error")).isNull();
        assertThat(client.ask("list.append", "lines", big).get("error")).isNull();
        assertThat(client.refusal("map.put", "stock", "b", big)).isEqualTo(Protocol.LIMIT);
        assertThat(client.refusal("list.append", "lines", big)).isEqualTo(Protocol.LIMIT);
        assertThat(client.ask("map.size", "stock").get("result")).isEqualTo(1);
        client.ask("map.put", "stock", "a", "small");
        assertThat(client.ask("list.insert", "lines", 0, big).get("error")).isNull();
        client.ask("close", "list", "lines");
        for (int i = 0; i < 10; i++) {
            assertThat(client.ask("map.put", "stock", "c", big).get("error")).isNull();
            assertThat(client.ask("map.remove", "stock", "c").get("result")).isEqualTo(big);
        }
    }

    @Test
    void shouldMoveWhatCannotBeSentToDeadLetters() throws Exception {
        DurableQueue.builder(Codec.json(Integer.class))
                .redeliveryDelay(Duration.ZERO)
                .create(directory.resolve("orders"))
                .close();
        client.ask("open", "durableQueue", "orders", Map.of("codec", "json:java.lang.Integer"));
        try (SharedQueue<byte[]> local = EncodedQueue.open(directory.resolve("orders"))) {
            local.put("no JSON".getBytes(StandardCharsets.UTF_8));
            local.put("42".getBytes(StandardCharsets.UTF_8));
        }
        for (int i = 0; i < ATTEMPTS; i++) {
            assertThat(
                            i % 2 == 0
                                    ? client.refusal("durableQueue.get", "orders", 0, true)
                                    : client.refusal("durableQueue.receive", "orders", 0))
                    .isEqualTo(Protocol.PARSE_ERROR);
        }
        assertThat(client.ask("durableQueue.get", "orders", 0, true).get("result"))
                .isEqualTo(42);
        client.ask("arrived", client.last());
        client.close();
        await().atMost(LONG).until(() -> server.clients() == 1);
        try (DurableQueue<Integer> orders = DurableQueue.open(directory.resolve("orders"), Integer.class);
                DurableQueue<DeadLetter> dead = orders.deadLetters()) {
            assertThat(dead.getNow().bytes()).asString(StandardCharsets.UTF_8).isEqualTo("no JSON");
            assertThat(orders.getNow()).isNull();
        }
    }

    @Test
    void shouldLimitWhatCallsThatWaitTake() throws Exception {
        client.ask("open", "queue", "letters", Map.of("codec", "json:java.lang.Object", "maxSize", 1));
        client.ask("queue.put", "letters", "first", 0);
        List<?> big = Collections.nCopies(20_000, List.of()); // sixty kilobytes, which take more than a megabyte
        int sent = 0;
        do {
            sent++;
            client.send("queue.put", "letters", big, null);
            client.result("ping");
        } while (client.early().isEmpty());
        assertThat(ProtocolClient.error(client.receive())).isEqualTo(Protocol.LIMIT);
        assertThat(sent).isBetween(2, 20);
        assertThat(client.ask("queue.get", "letters", 0, false).get("result")).isEqualTo("first");
    }

    @Test
    void shouldRefuseIdOfCallThatWaits() throws Exception {
        SharedQueue<String> queue = manager.queue("letters", String.class);
        client.ask("open", "queue", "letters", Map.of("codec", "utf8"));
        client.sendAs("same", "queue.get", "letters", null, true);
        client.sendAs("same", "queue.get", "letters", 0, true);
        assertThat(ProtocolClient.error(client.answer("same"))).isEqualTo(Protocol.INVALID_REQUEST);
        queue.put("a");
        assertThat(client.answer("same").get("result")).isEqualTo("a");
        client.sendAs(null, "arrived", "same");
        client.sendAs("same", "queue.get", "letters", 0, true);
        assertThat(client.answer("same").containsKey("error")).isFalse();
    }

    @Test
    void shouldRefuseLongLabels() throws Exception {
        String longest = "x".repeat(Protocol.MAX_LABEL_CHARS);
        client.sendAs(longest, "ping");
        assertThat(client.answer(longest).get("error")).isNull();
        client.sendAs(longest + "x", "ping");
        assertThat(ProtocolClient.error(client.receive())).isEqualTo(Protocol.INVALID_REQUEST);
        client.ask("open", "lock", "lock", Map.of());
        assertThat(client.result("lock.lock", "lock", longest, 0)).isEqualTo(true);
        assertThat(client.refusal("lock.lock", "lock", longest + "x", 0)).isEqualTo(Protocol.INVALID_PARAMS);
        assertThat(client.refusal("lock.await", "lock", longest, longest + "x", 1))
                .isEqualTo(Protocol.INVALID_PARAMS);
        assertThat(client.result("lock.isLocked", "lock")).isEqualTo(true);
    }
}
