// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.IOException;

/** The contract of deliveries for those of a journal. */
class JournalDeliveryTest extends DeliveryContract {

    @Override
    DurableQueue<String> create() throws IOException {
        return DurableQueue.create(String.class);
    }
}
