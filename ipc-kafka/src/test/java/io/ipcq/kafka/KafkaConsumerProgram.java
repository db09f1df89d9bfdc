// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import java.net.URI;

/** Receives elements and says so; settles one when it is told to. */
final class KafkaConsumerProgram {

    private KafkaConsumerProgram() {}

    public static void main(String[] args) throws Exception {
        try (DurableQueue<String> queue = DurableQueue.open(URI.create(args[0]), String.class)) {
            Delivery<String> delivery = queue.receive();
            System.out.println("received " + delivery.value() + " attempt " + delivery.attempts());
            int order = System.in.read();
            System.out.println("acknowledged " + (order == 'a' && delivery.ack()));
        }
    }
}
