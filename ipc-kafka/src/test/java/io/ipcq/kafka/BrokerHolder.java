// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.brokers.Brokers;
import java.util.Map;

/** Starts a broker, says which process that is, and lives on. */
final class BrokerHolder {

    private BrokerHolder() {}

    public static void main(String[] args) throws Exception {
        try (Brokers broker = Broker.start(Map.of())) {
            System.out.println("broker " + broker.pid(0));
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
