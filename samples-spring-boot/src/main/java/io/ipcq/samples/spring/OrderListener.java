// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples.spring;

import io.ipcq.queue.DurableQueue;
import io.ipcq.spring.QueueListener;
import org.springframework.stereotype.Component;

/**
 * Works on orders, in a process of its own. If that dies, another one is started, and works on the same order again.
 */
@Component
class OrderListener {

    private final DurableQueue<String> receipts;

    OrderListener(DurableQueue<String> receipts) {
        this.receipts = receipts;
    }

    @QueueListener(queue = "orders", processes = "1")
    void handle(Order order) throws InterruptedException {
        receipts.put(order.pieces() + " x " + order.article() + ", packed by process "
                + ProcessHandle.current().pid());
    }
}
