// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.manager.wire.Json;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.ProtocolClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Requests that nobody should send; {@link RequestFuzz} makes up more of them. */
class ManagerRequestTest {

    private static final int COLLIDING = 65_536;

    @Test
    void shouldRefuseDeepNesting() throws Exception {
        AuthKey key = AuthKey.random();
        try (ManagerServer server = ManagerServer.bind(key);
                Connection client = Connection.connect(server.address(), key)) {
            client.sendBytes("[".repeat(100_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(Json.parse(client.recvBytes()).toString()).contains("-32700");
            client.sendBytes(Json.write(Map.of("jsonrpc", "2.0", "id", 1, "method", "ping", "params", List.of())));
            assertThat(Json.parse(client.recvBytes()).toString()).contains("protocol");
        }
    }

    @Test
    void shouldCallNothingButTheRegisteredInterface() throws Exception {
        AuthKey key = AuthKey.random();
        try (ManagerServer server = ManagerServer.builder()
                        .register(ManagerContract.Inventory.class, ManagerContract.Shelf::new)
                        .bind(key);
                Connection client = Connection.connect(server.address(), key)) {
            ask(client, "open", "object", "shelf", Map.of("interface", "io.ipcq.manager.ManagerContract$Inventory"));
            for (String method : List.of("secret/0", "getClass/0", "hashCode/0", "toString/0", "wait/0", "parts")) {
                assertThat(ask(client, "object.call", "shelf", method, List.of()))
                        .as(method)
                        .contains("-32601");
            }
            assertThat(ask(client, "object.call", "shelf", "parts/0", List.of()))
                    .contains("result=[]");
            assertThat(ask(client, "open", "object", "other", Map.of("interface", "java.lang.Runnable")))
                    .contains("-32001");
        }
    }

    /** As lists whose hashes are the same; were each one compared with the others, that would take minutes. */
    @Test
    void shouldFindKeysWhateverTheirHashesAre() throws Exception {
        AuthKey key = AuthKey.random();
        List<Object> entries = new ArrayList<>();
        for (int i = 0; i < COLLIDING; i++) {
            entries.add(List.of(List.of(i, -31 * i), i));
        }
        try (ManagerServer server = ManagerServer.builder().bind(key);
                ProtocolClient client = new ProtocolClient(Connection.connect(server.address(), key))) {
            client.result("open", "map", "stock", Map.of());
            client.result("map.putAll", "stock", entries);
            assertThat(client.result("map.size", "stock")).isEqualTo(COLLIDING);
            assertThat(client.result("map.get", "stock", List.of(7, -31 * 7))).isEqualTo(7);
            assertThat(client.result("map.remove", "stock", Map.of("a", 1))).isNull();
            assertThat(client.result("map.entries", "stock")).isEqualTo(entries);
        }
    }

    /** What waits when its client closes the thing would be granted to somebody who never gives it back. */
    @Test
    void shouldGrantNothingToWhoHasClosedIt() throws Exception {
        AuthKey key = AuthKey.random();
        try (ManagerServer server = ManagerServer.bind(key);
                Manager other = Manager.connect(server.address(), key)) {
            var lock = other.lock("door");
            var permits = other.semaphore("seats", 1);
            try (ProtocolClient client = new ProtocolClient(Connection.connect(server.address(), key))) {
                client.result("open", "lock", "door", Map.of());
                client.result("open", "semaphore", "seats", Map.of("permits", 1));
                assertThat(client.result("lock.lock", "door", "first", 0)).isEqualTo(true);
                assertThat(client.result("semaphore.acquire", "seats", 1, 0)).isEqualTo(true);
                int second = client.send("lock.lock", "door", "second", null);
                int more = client.send("semaphore.acquire", "seats", 1, null);
                client.result("close", "lock", "door");
                client.result("close", "semaphore", "seats");
                assertThat(ProtocolClient.error(client.answer(second))).isEqualTo(Protocol.CANCELLED);
                assertThat(ProtocolClient.error(client.answer(more))).isEqualTo(Protocol.CANCELLED);
                assertThat(lock.tryLock()).isTrue();
                assertThat(permits.tryAcquire()).isTrue();
            }
        }
    }

    private static String ask(Connection client, String method, Object... params) throws Exception {
        client.sendBytes(Json.write(Map.of("jsonrpc", "2.0", "id", 7, "method", method, "params", List.of(params))));
        return String.valueOf(Json.parse(client.recvBytes()));
    }
}
