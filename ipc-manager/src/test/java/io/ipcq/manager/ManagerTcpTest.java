// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.PeerCredentials;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** The same code over TCP: queues pass through the server. */
class ManagerTcpTest extends ManagerContract {

    @Override
    SocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Test
    void shouldPassTrafficThroughServer() throws Exception {
        try (SharedQueue<String> queue = manager.queue("letters", String.class)) {
            long before = server.requests();
            for (int i = 0; i < 100; i++) {
                queue.put("a");
                queue.get();
            }
            assertThat(server.requests()).isGreaterThanOrEqualTo(before + 200);
        }
    }

    @Test
    void shouldRefuseAnotherKey() {
        assertThatThrownBy(() -> Manager.connect(server.address(), AuthKey.random()))
                .isInstanceOf(io.ipcq.connection.AuthenticationException.class);
    }

    /** A connection whose other end is gone when the next answer is on its way. */
    private static final class Cut implements Connection {
        private final Connection connection;
        private volatile boolean armed;

        Cut(Connection connection) {
            this.connection = connection;
        }

        @Override
        public byte[] recvBytes() throws IOException, InterruptedException {
            byte[] message = connection.recvBytes();
            if (armed) {
                connection.close();
                throw new IOException("was cut");
            }
            return message;
        }

        @Override
        public void sendBytes(byte[] bytes, int offset, int length) throws IOException {
            connection.sendBytes(bytes, offset, length);
        }

        @Override
        public boolean poll(Duration timeout) throws IOException, InterruptedException {
            return connection.poll(timeout);
        }

        @Override
        public SocketAddress remoteAddress() {
            return connection.remoteAddress();
        }

        @Override
        public Optional<PeerCredentials> peer() {
            return connection.peer();
        }

        @Override
        public boolean isOpen() {
            return connection.isOpen();
        }

        @Override
        public void close() {
            connection.close();
        }
    }

    @Test
    void shouldLoseNothingThatDidNotArrive() throws Exception {
        SharedQueue<String> memory = manager.queue("letters", String.class);
        SharedQueue<String> durable = manager.durableQueue("orders", String.class);
        for (int way = 0; way < 3; way++) {
            memory.putAll(List.of("a", "b"));
            durable.putAll(List.of("a", "b"));
            for (boolean kept : new boolean[] {false, true}) {
                Cut cut = new Cut(Connection.connect(server.address(), key));
                Manager other = Manager.connect(cut);
                SharedQueue<String> queue =
                        kept ? other.durableQueue("orders", String.class) : other.queue("letters", String.class);
                cut.armed = true;
                List<Callable<Object>> ways =
                        List.of(() -> queue.get(LONG), queue::getNow, () -> queue.drainTo(new ArrayList<>()));
                assertThatThrownBy(ways.get(way)::call).isInstanceOf(ManagerGoneException.class);
            }
            await().atMost(LONG).until(() -> server.clients() == 1);
            for (SharedQueue<String> queue : List.of(memory, durable)) {
                List<String> left = new ArrayList<>();
                queue.drainTo(left);
                assertThat(left).as("%s", queue).containsExactlyInAnyOrder("a", "b");
            }
        }
    }
}
