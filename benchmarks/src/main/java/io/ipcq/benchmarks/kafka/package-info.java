// SPDX-License-Identifier: Apache-2.0
/**
 * Durable queues on Kafka beside Kafka's own clients, on one broker. {@link io.ipcq.benchmarks.kafka.KafkaBenchmark}
 * has the rows.
 */
@NullMarked
package io.ipcq.benchmarks.kafka;

import org.jspecify.annotations.NullMarked;
