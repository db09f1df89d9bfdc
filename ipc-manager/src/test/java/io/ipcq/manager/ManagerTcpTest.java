// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.connection.AuthKey;
import io.ipcq.queue.SharedQueue;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
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
}
