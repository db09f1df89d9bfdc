// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import java.io.Serializable;

/**
 * What a throughput is measured with.
 *
 * @param messageBytes of each message
 * @param producers processes
 * @param consumers processes
 * @param producerThreads in each of them
 * @param consumerThreads in each of them
 */
record RingLoad(int messageBytes, int producers, int consumers, int producerThreads, int consumerThreads)
        implements Serializable {

    private static final long serialVersionUID = 1L;

    static RingLoad of(int messageBytes, int producers, int consumers) {
        return new RingLoad(messageBytes, producers, consumers, 1, 1);
    }

    int allConsumers() {
        return consumers * consumerThreads;
    }

    int allProducers() {
        return producers * producerThreads;
    }
}
