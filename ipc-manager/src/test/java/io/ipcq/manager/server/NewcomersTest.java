// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.wire.ProtocolClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Those who come while the server has yet to deal with those who are gone. */
@Timeout(120)
class NewcomersTest {

    private static final AuthKey KEY = AuthKey.random();
    private static final Duration LONG = Duration.ofSeconds(60);

    /** As many as each is assured its part, for so few. */
    private static final int CLIENTS = Ranks.FEW + 4;

    private static final int IN_A_ROW = 5;

    public interface Kept {
        int number();
    }

    private final CountDownLatch mayBeClosed = new CountDownLatch(1);

    private final class SlowToClose implements Kept, AutoCloseable {
        @Override
        public int number() {
            return 1;
        }

        @Override
        public void close() {
            try {
                mayBeClosed.await();
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private ManagerServer server;

    @BeforeEach
    void start() throws Exception {
        server = ManagerServer.builder()
                .maxClients(CLIENTS)
                .register(Kept.class, SlowToClose::new)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), KEY);
    }

    @AfterEach
    void stop() {
        mayBeClosed.countDown();
        server.close();
    }

    private ProtocolClient connect() throws Exception {
        return new ProtocolClient(Connection.connect(server.address(), KEY));
    }

    private void letAllComeAndGo() throws Exception {
        List<ProtocolClient> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            ProtocolClient client = connect();
            clients.add(client);
            client.result("open", "object", "kept" + i, Map.of("interface", Kept.class.getName()));
        }
        clients.forEach(ProtocolClient::close);
    }

    private long awaitTurnedAway() throws Exception {
        try (Connection newcomer = Connection.connect(server.address(), KEY)) {
            assertThatThrownBy(newcomer::recvBytes).isInstanceOf(IOException.class);
        }
        return System.nanoTime();
    }

    /**
     * Each is counted until all that it held is given back, and newcomers wait for that, but no longer than some time.
     */
    @Test
    void shouldKeepNewcomersWaitingWhileManyAreToBeDealtWith() throws Exception {
        letAllComeAndGo();
        assertThat(server.clients()).isEqualTo(CLIENTS);
        await().atMost(LONG).until(this::keepsEachWaiting); // once it has noticed that all are gone
        mayBeClosed.countDown();
        await().atMost(LONG).until(() -> server.clients() == 0);
        try (ProtocolClient client = connect()) {
            client.result("ping");
        }
    }

    /** Behind the one before. */
    private boolean keepsEachWaiting() throws Exception {
        long before = awaitTurnedAway();
        for (int i = 0; i < IN_A_ROW; i++) {
            long then = awaitTurnedAway();
            if (then - before < Duration.ofMillis(50).toNanos()) {
                return false;
            }
            before = then;
        }
        return true;
    }
}
