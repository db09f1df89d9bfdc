// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.manager.wire.Json;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client says that elements arrived, and is gone before the server has read that. */
class LateConfirmationTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final AuthKey key = AuthKey.random();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);
    private Connection client;
    private int requests;

    private SocketAddress address(boolean unix) {
        return unix
                ? UnixDomainSocketAddress.of(directory.resolve("d/s"))
                : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** Keeps the server from reading what else its client sends. */
    private Runnable makeSlowly() {
        begun.countDown();
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return () -> {};
    }

    private ManagerServer serve(boolean unix) throws Exception {
        return ManagerServer.builder()
                .directory(directory.resolve("queues"))
                .register(Runnable.class, this::makeSlowly)
                .bind(address(unix), key);
    }

    private int send(String method, Object... params) throws Exception {
        client.sendBytes(Json.write(
                Map.of("jsonrpc", "2.0", "id", ++requests, "method", method, "params", Arrays.asList(params))));
        return requests;
    }

    /** What came back; the number of the call is that of the requests so far. */
    private Object ask(String method, Object... params) throws Exception {
        int id = send(method, params);
        Map<?, ?> answer = (Map<?, ?>) Json.parse(client.recvBytes());
        assertThat(answer.get("id")).as("%s", answer).isEqualTo(id);
        return answer.get("result");
    }

    /** Takes an element of each queue, and is gone once it has said so, while the server is at something else. */
    private void takeAndLeave() throws Exception {
        ask("open", "queue", "letters", Map.of("codec", "utf8"));
        ask("open", "durableQueue", "orders", Map.of("codec", "utf8"));
        ask("open", "event", "go", Map.of());
        assertThat(ask("queue.get", "letters", 0, true)).isEqualTo("a");
        int letter = requests;
        assertThat(ask("durableQueue.get", "orders", 0, true)).isEqualTo("tea");
        int order = requests;
        for (int i = 0; i < 10; i++) {
            send("event.await", "go", null);
        }
        send("open", "object", "slow", Map.of("interface", Runnable.class.getName()));
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        send("arrived", letter);
        send("arrived", order);
        client.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldCountWhatWasSaidBeforeAnAnswerCouldNotBeSent(boolean unix) throws Exception {
        try (ManagerServer server = serve(unix);
                Manager manager = Manager.connect(Connection.connect(server.address(), key))) {
            SharedQueue<String> letters = manager.queue("letters", String.class);
            DurableQueue<String> orders = manager.durableQueue("orders", String.class);
            letters.put("a");
            orders.put("tea");
            client = Connection.connect(server.address(), key);
            takeAndLeave();
            manager.event("go").set(); // ten answers, to nobody
            end.countDown();
            await().atMost(LONG).until(() -> server.clients() == 1);
            assertThat(letters.getNow()).isNull();
            assertThat(orders.getNow()).isNull();
        } finally {
            end.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldCountWhatWasSaidBeforeTheServerEnds(boolean unix) throws Exception {
        try (ManagerServer server = serve(unix);
                Manager manager = Manager.connect(server.address(), key)) {
            SharedQueue<String> letters = manager.queue("letters", String.class);
            DurableQueue<String> orders = manager.durableQueue("orders", String.class);
            letters.put("a");
            orders.put("tea");
            client = Connection.connect(server.address(), key);
            takeAndLeave();
        } finally {
            end.countDown();
        }
        try (DurableQueue<String> orders =
                DurableQueue.open(directory.resolve("queues").resolve("orders"), String.class)) {
            assertThat(orders.getNow()).isNull();
        }
    }
}
