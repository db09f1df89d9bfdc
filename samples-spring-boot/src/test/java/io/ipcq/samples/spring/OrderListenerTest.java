// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.queue.DurableQueue;
import io.ipcq.spring.IpcqTest;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The listener and its queues, without the rest of the application, and in this JVM. */
@IpcqTest(OrderListener.class)
@DirtiesContext // its files are removed
class OrderListenerTest {

    @TempDir
    static Path directory;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry properties) {
        properties.add("orders.directory", () -> directory);
    }

    @Autowired
    private DurableQueue<Order> orders;

    @Autowired
    private DurableQueue<String> receipts;

    @Test
    void shouldPackOrders() throws Exception {
        orders.put(new Order("tea", 3));
        assertThat(receipts.get(Duration.ofSeconds(60)))
                .isEqualTo("3 x tea, packed by process " + ProcessHandle.current().pid());
        assertThat(orders.join(Duration.ofSeconds(60))).isTrue();
    }
}
