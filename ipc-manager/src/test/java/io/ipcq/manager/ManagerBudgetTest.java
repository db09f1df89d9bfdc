// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever clients take of a server is counted, and given back when they are gone. */
@Timeout(120)
class ManagerBudgetTest {

    private static final AuthKey KEY = AuthKey.of(HostileClientsServer.SECRET);
    private static final Duration LONG = Duration.ofSeconds(5);
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final int NAMES = 40;
    private static final long STORED_BYTES = 1 << 20;

    @TempDir
    Path directory;

    private ManagerServer server;

    @BeforeEach
    void start() throws Exception {
        server = HostileClientsServer.builder(directory)
                .maxNames(NAMES)
                .maxStoredBytes(STORED_BYTES)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), KEY);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private ProtocolClient connect() throws Exception {
        return new ProtocolClient(Connection.connect(server.address(), KEY));
    }

    private void requireAllGivenBack() {
        await().atMost(LONG).untilAsserted(() -> assertThat(server.budgets()).allMatch(budget -> budget.used() == 0));
    }

    @ParameterizedTest
    @EnumSource
    void shouldHaveAllBackWhenHostileClientIsGone(Attack attack) throws Exception {
        try (HostilePeer peer = new HostilePeer(server.address(), "peer", SHORT, new CountDownLatch(1))) {
            attack.go(peer);
        } catch (AssertionError refused) {
            // what it had until then is given back, too
        }
        await().atMost(LONG).until(() -> server.clients() == 0);
        requireAllGivenBack();
    }

    /** What a client has stored counts for another one that holds it, too, when it is gone. */
    @Test
    void shouldCountForNextHolderWhatTheFirstHasStored() throws Exception {
        String big = "x".repeat((int) STORED_BYTES / 4);
        try (ProtocolClient second = connect()) {
            try (ProtocolClient first = connect()) {
                first.result("open", "map", "stock", Map.of());
                second.result("open", "map", "stock", Map.of());
                first.result("map.put", "stock", "a", big);
                second.result("open", "list", "lines", Map.of());
                second.result("list.append", "lines", "x".repeat((int) STORED_BYTES / 5));
                second.result("list.clear", "lines");
            }
            await().atMost(LONG).until(() -> server.clients() == 1);
            assertThat(second.refusal("list.append", "lines", big)).isEqualTo(Protocol.LIMIT);
            second.result("map.clear", "stock");
            second.result("list.append", "lines", big);
        }
        requireAllGivenBack();
    }

    @Test
    void shouldLeaveNamesForOthers() throws Exception {
        try (ProtocolClient greedy = connect();
                ProtocolClient other = connect()) {
            int held = 0;
            while (greedy.ask("open", "counter", "mine" + held, Map.of()).get("error") == null) {
                held++;
            }
            assertThat(held).isEqualTo(NAMES / 2);
            greedy.result("open", "counter", "mine0", Map.of()); // it holds that one
            other.result("open", "counter", "other", Map.of());
            greedy.result("close", "counter", "mine1");
            greedy.result("open", "counter", "another", Map.of());
        }
    }
}
