// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.DurableQueueProvider;
import io.ipcq.queue.DurableQueueRequest;
import io.ipcq.queue.QueueAddress;
import java.io.IOException;
import java.util.Set;

/**
 * Opens durable queues of a Kafka cluster by address:
 * {@code kafka://host:9092,host:9092/orders?config=/etc/app/client.properties}.
 *
 * <p>{@code config} is a file of properties of Kafka's clients, for TLS, SASL and whatever else; {@code replicas} says
 * how many copies a queue has that is made, three unless there are fewer brokers. The cluster has to be of version 4.4
 * or newer.
 *
 * <p>Thread-safe. Process-safe: what it opens travels as its address, so that the file that it names has to be there.
 * Survives a crash: as docs/many-machines.md says.
 */
public final class KafkaQueueProvider implements DurableQueueProvider {

    private static final Set<String> PARAMETERS = Set.of("config", "replicas");

    /** For {@link java.util.ServiceLoader}. */
    public KafkaQueueProvider() {}

    @Override
    public String scheme() {
        return "kafka";
    }

    @Override
    public <E> DurableQueue<E> open(QueueAddress address, DurableQueueRequest<E> request) throws IOException {
        address.requireParametersOf(PARAMETERS);
        request.requireChosenOf(address, KafkaOptions.KNOWN);
        return KafkaQueue.open(address, request);
    }

    @Override
    public String codecId(QueueAddress address) throws IOException {
        address.requireParametersOf(PARAMETERS);
        return KafkaQueue.codecId(address);
    }
}
