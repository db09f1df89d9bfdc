// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.KeyStores;
import io.ipcq.connection.Listener;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.manager.wire.Json;
import io.ipcq.queue.SharedQueue;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A manager whose clients come through TLS, where a message can be here although the socket has nothing to read. */
class ManagerTlsTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int REQUESTS = 500;
    private static final int LARGE = 1_000_000;

    @TempDir
    Path directory;

    private final AuthKey key = AuthKey.random();
    private KeyStore certificate;
    private ManagerServer server;

    @BeforeEach
    void start() throws Exception {
        certificate = KeyStores.make(directory.resolve("certificate"), "ip:127.0.0.1");
        Listener listener = Listener.builder(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), key)
                .handshakeTimeout(LONG)
                .tls(KeyStores.context(certificate, null))
                .bind();
        server = ManagerServer.builder().directory(directory.resolve("queues")).bind(listener);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Connection connect() throws Exception {
        return Connection.builder(server.address(), key)
                .handshakeTimeout(LONG)
                .tls(KeyStores.context(null, certificate))
                .connect();
    }

    @Test
    void shouldAnswerEveryRequestOfManyAtOnce() throws Exception {
        try (Connection client = connect()) {
            List<Integer> asked = new ArrayList<>();
            for (int id = 1; id <= REQUESTS; id++) {
                client.sendBytes(Json.write(Map.of("jsonrpc", "2.0", "id", id, "method", "ping")));
                asked.add(id);
            }
            List<Object> answered = new ArrayList<>();
            while (answered.size() < REQUESTS) {
                assertThat(client.poll(LONG))
                        .as("after %d answers", answered.size())
                        .isTrue();
                answered.add(((Map<?, ?>) Json.parse(client.recvBytes())).get("id"));
            }
            assertThat(answered).isEqualTo(asked);
        }
    }

    @Test
    void shouldCarryElementsOfAllSizesWhileAnotherClientWaits() throws Exception {
        try (Manager one = Manager.connect(connect());
                Manager two = Manager.connect(connect());
                SharedQueue<byte[]> waited = one.queue("waited", byte[].class);
                SharedQueue<byte[]> queue = two.queue("elements", byte[].class)) {
            CompletableFuture<byte[]> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return waited.get();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            for (int size = 1; size <= LARGE; size *= 10) {
                byte[] element = new byte[size];
                element[size - 1] = 1;
                assertThat(queue.put(element, LONG)).isTrue();
                assertThat(queue.get(LONG)).isEqualTo(element);
            }
            assertThat(waiting).isNotDone();
            try (SharedQueue<byte[]> same = two.queue("waited", byte[].class)) {
                same.put(new byte[] {7});
            }
            assertThat(waiting.get(LONG.toSeconds(), TimeUnit.SECONDS)).containsExactly(7);
        }
    }

    @Test
    void shouldReleaseWhatClientHeldWhoIsGone() throws Exception {
        Connection connection = connect();
        try (Manager other = Manager.connect(connect())) {
            assertThat(Manager.connect(connection).lock("door").tryLock()).isTrue();
            assertThat(other.lock("door").tryLock()).isFalse();
            connection.close();
            await().atMost(LONG).until(() -> other.lock("door").tryLock());
        }
    }
}
