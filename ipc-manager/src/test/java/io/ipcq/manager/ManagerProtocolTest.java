// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.queue.DeadLetter;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
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
    private static final int LEASES = 1024;

    /** How often an element is delivered before it is given up. */
    private static final int ATTEMPTS = 5;

    @TempDir
    Path directory;

    private final AuthKey key = AuthKey.random();
    private ManagerServer server;
    private Manager manager;
    private Connection client;
    private int requests;

    @BeforeEach
    void start() throws Exception {
        server = ManagerServer.builder()
                .directory(directory)
                .maxStoredBytes(STORED_BYTES)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), key);
        manager = Manager.connect(server.address(), key);
        client = Connection.connect(server.address(), key);
    }

    @AfterEach
    void stop() {
        client.close();
        manager.close();
        server.close();
    }

    private int send(String method, Object... params) throws IOException {
        client.sendBytes(Json.write(
                Map.of("jsonrpc", "2.0", "id", ++requests, "method", method, "params", Arrays.asList(params))));
        return requests;
    }

    private Map<?, ?> receive() throws Exception {
        return (Map<?, ?>) Json.parse(client.recvBytes());
    }

    private Map<?, ?> ask(String method, Object... params) throws Exception {
        int id = send(method, params);
        Map<?, ?> answer;
        do {
            answer = receive();
        } while (!answer.get("id").equals(id));
        return answer;
    }

    private int refusal(String method, Object... params) throws Exception {
        Map<?, ?> answer = ask(method, params);
        assertThat(answer.get("error")).as("%s", answer).isInstanceOf(Map.class);
        return (int) ((Map<?, ?>) answer.get("error")).get("code");
    }

    @Test
    void shouldReadOnWhenClientSendsManyRequestsBeforeItReads() throws Exception {
        ask("open", "list", "lines", Map.of());
        ask("list.append", "lines", "x".repeat(20_000));
        // neither the requests nor the answers fit into what the kernel keeps for a socket
        String ballast = "y".repeat(10_000);
        Set<Object> asked = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            asked.add(send("list.items", "lines", ballast));
        }
        Set<Object> answered = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            Map<?, ?> answer = receive();
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
        ask("open", "queue", "letters", Map.of("codec", "utf8"));
        ask("open", "durableQueue", "orders", Map.of("codec", "utf8"));
        assertThat(ask("queue.drain", "letters", 2, true).get("result")).isEqualTo(List.of("a", "b"));
        assertThat(ask("durableQueue.drain", "orders", 5, true).get("result")).isEqualTo(List.of("tea", "milk"));
        assertThat(ask("queue.get", "letters", 0, true).get("result")).isEqualTo("c");
        ask("arrived", requests);
        client.close();
        await().atMost(LONG).until(() -> server.clients() == 1);
        assertThat(List.of(memory.getNow(), memory.getNow())).containsExactlyInAnyOrder("a", "b");
        assertThat(memory.getNow()).isNull();
        assertThat(List.of(durable.getNow(), durable.getNow())).containsExactlyInAnyOrder("tea", "milk");
    }

    @Test
    void shouldKeepLockOfWhoMayNotAwaitItsCondition() throws Exception {
        ask("open", "lock", "lock", Map.of());
        ask("open", "event", "never", Map.of());
        for (int i = 0; i < Protocol.MAX_WAITING_CALLS; i++) {
            send("event.await", "never", null);
        }
        ask("lock.lock", "lock", "me", 0);
        assertThat(refusal("lock.await", "lock", "me", "ready", null)).isEqualTo(Protocol.LIMIT);
        assertThat(ask("lock.isLocked", "lock").get("result")).isEqualTo(true);
        assertThat(manager.lock("lock").tryLock()).isFalse();
        assertThat(ask("lock.unlock", "lock", "me").get("error")).isNull();
        assertThat(ask("lock.isLocked", "lock").get("result")).isEqualTo(false);
        ask("open", "barrier", "meet", Map.of("parties", 2));
        assertThat(refusal("barrier.await", "meet", null)).isEqualTo(Protocol.LIMIT);
        assertThat(ask("barrier.waiting", "meet").get("result")).isEqualTo(0);
    }

    @Test
    void shouldGiveReleasedPermitsBackOnce() throws Exception {
        SharedSemaphore semaphore = manager.semaphore("permits", 3);
        ask("open", "semaphore", "permits", Map.of());
        ask("semaphore.acquire", "permits", 2, 0);
        semaphore.release(); // one of those that the client acquired
        assertThat(semaphore.availablePermits()).isEqualTo(2);
        client.close();
        await().atMost(LONG).until(() -> server.clients() == 1);
        assertThat(semaphore.availablePermits()).isEqualTo(3);
    }

    @Test
    void shouldLimitResultsThatClientDoesNotConfirm() throws Exception {
        ask("open", "queue", "letters", Map.of("codec", "utf8"));
        for (int i = 0; i < Protocol.MAX_UNCONFIRMED; i++) {
            ask("queue.put", "letters", "x", 0);
            assertThat(ask("queue.get", "letters", 0, true).get("result")).isEqualTo("x");
        }
        ask("queue.put", "letters", "last", 0);
        assertThat(refusal("queue.get", "letters", 0, true)).isEqualTo(Protocol.LIMIT);
        ask("arrived", requests - 2);
        assertThat(ask("queue.get", "letters", 0, true).get("result")).isEqualTo("last");
    }

    @Test
    void shouldLimitLeases() throws Exception {
        DurableQueue<String> orders = manager.durableQueue("orders", String.class);
        orders.putAll(Collections.nCopies(LEASES + 1, "tea"));
        ask("open", "durableQueue", "orders", Map.of("codec", "utf8"));
        Map<?, ?> lease = Map.of();
        for (int i = 0; i < LEASES; i++) {
            lease = (Map<?, ?>) ask("durableQueue.receive", "orders", 0).get("result");
        }
        assertThat(ask("durableQueue.receive", "orders", 0).get("result")).isNull();
        assertThat(ask("durableQueue.ack", "orders", lease.get("number")).get("result"))
                .isEqualTo(true);
        assertThat(ask("durableQueue.receive", "orders", 0).get("result")).isNotNull();
    }

    @Test
    void shouldLimitWhatMapsAndListsTake() throws Exception {
        ask("open", "map", "stock", Map.of());
        ask("open", "list", "lines", Map.of());
        String big = "x".repeat((int) STORED_BYTES / 3);
        assertThat(ask("map.put", "stock", "a", big).get("error")).isNull();
        assertThat(ask("list.append", "lines", big).get("error")).isNull();
        assertThat(refusal("map.put", "stock", "b", big)).isEqualTo(Protocol.LIMIT);
        assertThat(refusal("list.append", "lines", big)).isEqualTo(Protocol.LIMIT);
        assertThat(ask("map.size", "stock").get("result")).isEqualTo(1);
        ask("map.put", "stock", "a", "small");
        assertThat(ask("list.insert", "lines", 0, big).get("error")).isNull();
        ask("close", "list", "lines");
        for (int i = 0; i < 10; i++) {
            assertThat(ask("map.put", "stock", "c", big).get("error")).isNull();
            assertThat(ask("map.remove", "stock", "c").get("result")).isEqualTo(big);
        }
    }

    @Test
    void shouldMoveWhatCannotBeSentToDeadLetters() throws Exception {
        ask("open", "durableQueue", "orders", Map.of("codec", "json:java.lang.Integer"));
        try (SharedQueue<byte[]> local = SharedQueue.openEncoded(directory.resolve("orders"))) {
            local.put("no JSON".getBytes(StandardCharsets.UTF_8));
            local.put("42".getBytes(StandardCharsets.UTF_8));
        }
        for (int i = 0; i < ATTEMPTS; i++) {
            assertThat(
                            i % 2 == 0
                                    ? refusal("durableQueue.get", "orders", 0, true)
                                    : refusal("durableQueue.receive", "orders", 0))
                    .isEqualTo(Protocol.STATE);
        }
        assertThat(ask("durableQueue.get", "orders", 0, true).get("result")).isEqualTo(42);
        ask("arrived", requests);
        client.close();
        await().atMost(LONG).until(() -> server.clients() == 1);
        try (DurableQueue<Integer> orders = DurableQueue.open(directory.resolve("orders"), Integer.class);
                DurableQueue<DeadLetter> dead = orders.deadLetters()) {
            assertThat(dead.getNow().bytes()).asString(StandardCharsets.UTF_8).isEqualTo("no JSON");
            assertThat(orders.getNow()).isNull();
        }
    }

    @Test
    void shouldLimitBytesOfCallsThatWait() throws Exception {
        ask("open", "queue", "letters", Map.of("codec", "utf8", "maxSize", 1, "capacityBytes", 32 << 20));
        ask("queue.put", "letters", "first", 0);
        String big = "x".repeat(4 << 20);
        for (int i = 0; i < 15; i++) {
            send("queue.put", "letters", big, null);
        }
        assertThat(refusal("queue.put", "letters", big, null)).isEqualTo(Protocol.LIMIT);
        assertThat(ask("queue.get", "letters", 0, false).get("result")).isEqualTo("first");
    }
}
