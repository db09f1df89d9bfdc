// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.kafka.Broker;
import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;

/** The contract of deliveries for those of a share group. */
class KafkaDeliveryIT extends DeliveryContract {

    private DurableQueue<String> queue;

    @Override
    DurableQueue<String> create() throws IOException {
        queue = DurableQueue.openOrCreate(Broker.queue(UUID.randomUUID().toString()), String.class);
        return queue;
    }

    @AfterEach
    void deleteQueue() {
        if (!queue.isClosed()) {
            queue.delete();
        }
    }
}
