// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.queue.SharedQueue;
import java.net.SocketAddress;
import org.junit.jupiter.api.Test;

/** On one machine: queues are opened directly. */
class ManagerUnixTest extends ManagerContract {

    @Override
    SocketAddress address() {
        return null;
    }

    @Test
    void shouldNotPassTrafficThroughServer() throws Exception {
        try (SharedQueue<String> queue = manager.queue("letters", String.class)) {
            long before = server.requests();
            for (int i = 0; i < 1000; i++) {
                queue.put("a");
                queue.get();
            }
            assertThat(server.requests()).isEqualTo(before);
            assertThat(queue.directory()).exists();
        }
    }
}
