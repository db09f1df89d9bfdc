// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.kafka.Broker;
import java.io.IOException;
import java.util.UUID;

/** The contract of deliveries for those of a share group. */
class KafkaDeliveryIT extends DeliveryContract {

    @Override
    DurableQueue<String> create() throws IOException {
        return DurableQueue.openOrCreate(Broker.queue(UUID.randomUUID().toString()), String.class);
    }
}
