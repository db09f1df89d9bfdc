// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.flow;

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
public record Load(int messageBytes, int producers, int consumers, int producerThreads, int consumerThreads)
        implements Serializable {

    private static final long serialVersionUID = 1L;

    public static Load of(int messageBytes, int producers, int consumers) {
        return new Load(messageBytes, producers, consumers, 1, 1);
    }

    int allConsumers() {
        return consumers * consumerThreads;
    }

    int allProducers() {
        return producers * producerThreads;
    }
}
