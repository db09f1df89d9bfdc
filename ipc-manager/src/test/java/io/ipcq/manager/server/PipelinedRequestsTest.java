// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.Patience;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.wire.ProtocolClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of a client that does not wait for answers. */
@Timeout(120)
class PipelinedRequestsTest {

    private static final AuthKey KEY = AuthKey.random();
    private static final int QUEUES = 30;

    @TempDir
    Path directory;

    /** The kernel keeps some megabytes of answers, too. */
    private static final int CALL_BYTES = 4 << 20;

    private static final String TEXT = "x".repeat(20_000);
    private static final int MANY = 10 * CALL_BYTES / TEXT.length();

    private ManagerServer bind() throws Exception {
        return ManagerServer.builder()
                .directory(directory)
                .maxCallBytes(CALL_BYTES)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), KEY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"queue", "durableQueue"})
    void shouldBeCarriedOutInTheirOrder(String type) throws Exception {
        try (ManagerServer server = bind();
                ProtocolClient client = new ProtocolClient(Connection.connect(server.address(), KEY))) {
            for (int i = 0; i < QUEUES; i++) {
                client.send("open", type, "queue" + i, Map.of("codec", "utf8"));
                client.send(type + ".put", "queue" + i, "element" + i, 0);
                client.send(type + ".get", "queue" + i, 0);
                client.send("close", type, "queue" + i);
            }
            for (int i = 0; i < QUEUES; i++) {
                result(client, 4 * i + 1);
                assertThat(result(client, 4 * i + 2)).isEqualTo(true);
                assertThat(result(client, 4 * i + 3)).isEqualTo("element" + i);
                result(client, 4 * i + 4);
            }
            assertThat(client.result("names")).isEqualTo(List.of());
        }
    }

    private static Object result(ProtocolClient client, int id) throws Exception {
        Map<?, ?> answer = client.answer(id);
        assertThat(answer.get("error")).isNull();
        return answer.get("result");
    }

    /** Whose requests are carried out, or wait for that, when it goes. */
    @Test
    void shouldLeaveNothingWhenTheClientGoes() throws Exception {
        try (ManagerServer server = bind()) {
            for (int times = 0; times < QUEUES; times++) {
                try (ProtocolClient client = new ProtocolClient(Connection.connect(server.address(), KEY))) {
                    for (int i = 0; i <= times; i++) {
                        client.send("open", "queue", "queue" + i, Map.of("codec", "utf8"));
                    }
                }
            }
            Patience.await().until(() -> server.clients() == 0);
            Patience.await().untilAsserted(() -> assertThat(server.budgets()).allMatch(budget -> budget.used() == 0));
        }
    }

    /** For as long as there is hardly any memory for answers that the client has not read, its requests wait. */
    @Test
    void shouldWaitUntilAnswersAreRead() throws Exception {
        try (ManagerServer server = bind();
                ProtocolClient client = new ProtocolClient(Connection.connect(server.address(), KEY))) {
            int first = askForMore(server, client);
            for (int i = 0; i < MANY; i++) {
                assertThat(result(client, first + i)).isEqualTo(List.of(TEXT));
            }
        }
    }

    @Test
    void shouldLeaveNothingOfClientThatGoesWithoutReading() throws Exception {
        try (ManagerServer server = bind()) {
            try (ProtocolClient client = new ProtocolClient(Connection.connect(server.address(), KEY))) {
                int unused = askForMore(server, client);
            }
            Patience.await().until(() -> server.clients() == 0);
            Patience.await().untilAsserted(() -> assertThat(server.budgets()).allMatch(budget -> budget.used() == 0));
        }
    }

    /** Asks for more than there is memory for, and reads nothing; returns the id of the first request. */
    private static int askForMore(ManagerServer server, ProtocolClient client) throws Exception {
        client.result("open", "list", "list", Map.of());
        client.result("list.append", "list", TEXT);
        int first = client.last() + 1;
        for (int i = 0; i < MANY; i++) {
            client.send("list.items", "list");
        }
        Patience.await().until(() -> isNearlyUsedUp(server));
        return first;
    }

    private static boolean isNearlyUsedUp(ManagerServer server) {
        return server.budgets().get(0).used() > CALL_BYTES / 5;
    }
}
