// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Patient;
import io.ipcq.manager.LockState;
import io.ipcq.manager.Manager;
import io.ipcq.manager.ManagerException;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.ProtocolClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who holds what of a manager, and how it is taken from who does not give it back. */
class LocksTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    private final AuthKey key = AuthKey.random();
    private ManagerServer server;
    private Manager manager;
    private ProtocolClient holder;
    private ProtocolClient other;

    @BeforeEach
    void start() throws Exception {
        start(true);
    }

    private void start(boolean shutdownAllowed) throws Exception {
        server = ManagerServer.builder()
                .allowShutdown(shutdownAllowed)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), key);
        manager = Manager.connect(Patient.client(server.address(), key).connect(), LONG);
        holder = new ProtocolClient(Patient.client(server.address(), key).connect());
        other = new ProtocolClient(Patient.client(server.address(), key).connect());
    }

    @AfterEach
    void stop() {
        other.close();
        holder.close();
        manager.close();
        server.close();
    }

    private void open(String type, String name, Map<String, Object> options) throws Exception {
        for (ProtocolClient client : List.of(holder, other)) {
            client.ask("open", type, name, options);
        }
    }

    private LockState only() {
        assertThat(manager.locks()).hasSize(1);
        return manager.locks().get(0);
    }

    private void awaitWaiting(int count) {
        await().atMost(LONG).untilAsserted(() -> assertThat(only().waiting()).isEqualTo(count));
    }

    @Test
    void shouldSayWhoHoldsLockAndWhoWaits() throws Exception {
        open("lock", "till", Map.of());
        assertThat(only()).isEqualTo(new LockState("lock", "till", List.of(), 0, 0, Map.of()));
        assertThat(holder.result("lock.lock", "till", "4711/1", null)).isEqualTo(true);
        assertThat(holder.result("lock.lock", "till", "4711/1", null)).isEqualTo(true);
        LockState.Holder held = only().holders().get(0);
        assertThat(held.thread()).isEqualTo("4711/1");
        assertThat(held.count()).isEqualTo(2);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(only().holders().get(0).held())
                        .as("it grows")
                        .isGreaterThan(held.held()));
        Object waits = other.send("lock.lock", "till", "a", null);
        awaitWaiting(1);
        other.ask("cancel", waits);
        awaitWaiting(0);
        holder.send("lock.await", "till", "4711/1", "paid", null);
        await().atMost(LONG).untilAsserted(() -> assertThat(only().conditions()).isEqualTo(Map.of("paid", 1)));
        assertThat(only().holders()).isEmpty();
    }

    @Test
    void shouldSayWhoHasPermits() throws Exception {
        open("semaphore", "doors", Map.of("permits", 3));
        holder.ask("semaphore.acquire", "doors", 2, 0, "4711/1");
        other.ask("semaphore.acquire", "doors", 1, 0);
        assertThat(only().holders())
                .extracting(LockState.Holder::thread, LockState.Holder::count)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("4711/1", 2L),
                        org.assertj.core.groups.Tuple.tuple(null, 1L));
        other.send("semaphore.acquire", "doors", 1, null);
        awaitWaiting(1);
    }

    @Test
    void shouldSayHowManyWaitWhereNobodyHoldsAnything() throws Exception {
        Map<String, Map<String, Object>> types =
                Map.of("latch", Map.of("count", 1), "event", Map.of(), "barrier", Map.of("parties", 3));
        for (Map.Entry<String, Map<String, Object>> type : types.entrySet()) {
            open(type.getKey(), "thing", type.getValue());
            other.send(type.getKey() + ".await", "thing", (Object) null);
        }
        other.ask("open", "counter", "hits", Map.of());
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(manager.locks())
                        .hasSize(types.size())
                        .allSatisfy(lock ->
                                assertThat(lock.waiting()).as(lock.type()).isEqualTo(1)));
    }

    @Test
    void shouldTakeLockFromWhoHoldsIt() throws Exception {
        open("lock", "till", Map.of());
        holder.ask("lock.lock", "till", "a", null);
        LockState before = only();
        Object waits = other.send("lock.lock", "till", "b", null);
        awaitWaiting(1);
        assertThat(manager.revoke(before, before.holders().get(0))).isTrue();
        assertThat(other.receive()).isEqualTo(Map.of("jsonrpc", "2.0", "id", waits, "result", true));
        assertThat(manager.revoke(before, before.holders().get(0)))
                .as("it is another one's")
                .isFalse();
        assertThat(holder.refusal("lock.unlock", "till", "a")).isEqualTo(Protocol.STATE);
        assertThat(other.result("lock.unlock", "till", "b")).isNull();
    }

    /** Of the same client, another thread holds it by the time that somebody has made up his mind. */
    @Test
    void shouldNotTakeLockFromAnotherThread() throws Exception {
        open("lock", "till", Map.of());
        holder.ask("lock.lock", "till", "a", null);
        LockState before = only();
        holder.ask("lock.unlock", "till", "a");
        holder.ask("lock.lock", "till", "b", null);
        assertThat(manager.revoke(before, before.holders().get(0))).isFalse();
        assertThat(holder.result("lock.unlock", "till", "b")).isNull();
    }

    /** A permit that was taken away is there once: what its client releases later is not another one. */
    @Test
    void shouldTakePermitsOnce() throws Exception {
        for (boolean bounded : List.of(false, true)) {
            String name = "doors" + bounded;
            open("semaphore", name, Map.of("permits", 3, "bounded", bounded));
            holder.ask("semaphore.acquire", name, 3, 0);
            LockState before = manager.locks().stream()
                    .filter(lock -> lock.name().equals(name))
                    .findAny()
                    .orElseThrow();
            assertThat(manager.revoke(before, before.holders().get(0))).isTrue();
            assertThat(holder.result("semaphore.available", name)).isEqualTo(3);
            holder.ask("semaphore.acquire", name, 1, 0);
            assertThat(holder.result("semaphore.release", name, 2)).isNull();
            assertThat(holder.result("semaphore.available", name)).isEqualTo(3);
            assertThat(holder.result("semaphore.release", name, 2)).isNull();
            assertThat(holder.result("semaphore.available", name)).isEqualTo(3);
            if (bounded) {
                assertThat(holder.refusal("semaphore.release", name, 1)).isEqualTo(Protocol.STATE);
            } else {
                assertThat(holder.result("semaphore.release", name, 1)).isNull();
                assertThat(holder.result("semaphore.available", name)).isEqualTo(4);
            }
        }
    }

    @Test
    void shouldTakeNothingUnlessTheServerAllowsIt() throws Exception {
        stop();
        start(false);
        open("lock", "till", Map.of());
        holder.ask("lock.lock", "till", "a", null);
        LockState before = only();
        assertThatThrownBy(() -> manager.revoke(before, before.holders().get(0)))
                .isInstanceOfSatisfying(
                        ManagerException.class, e -> assertThat(e.code()).isEqualTo(ManagerException.FORBIDDEN));
        assertThat(only().holders()).hasSize(1);
    }

    /** Whatever clients call themselves and each other: an answer fits into a message, and all of them come. */
    @Test
    void shouldAnswerInParts() throws Exception {
        String longest = "\u0001".repeat(Protocol.MAX_LABEL_CHARS);
        open("lock", "crowd", Map.of());
        List<Object> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String thread = longest.substring(2) + (char) ('a' + i);
            other.ask("lock.lock", "crowd", thread, null);
            calls.add(other.send("lock.await", "crowd", thread, thread, null));
        }
        other.ask("lock.lock", "crowd", longest, null);
        assertThat(only().conditions()).hasSize(Protocol.MAX_HOLDERS);
        byte[] row = io.ipcq.manager.wire.Json.write(other.result("locks"));
        assertThat(row.length).isLessThan(Protocol.LOCK_BYTES);
        Stream.iterate(1000, i -> i + 1).limit(400).forEach(i -> {
            try {
                other.ask("open", "event", "e" + i, Map.of());
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        assertThat((List<?>) other.result("locks")).as("in one answer").hasSizeLessThan(400);
        assertThat(manager.locks()).hasSize(401);
    }
}
