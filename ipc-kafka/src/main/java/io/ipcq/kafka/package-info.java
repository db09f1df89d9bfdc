// SPDX-License-Identifier: Apache-2.0
/**
 * Durable queues on Apache Kafka, for who has more than one machine: the contract of {@link io.ipcq.queue.DurableQueue}
 * on a share group. What Kafka cannot promise is refused when a queue is opened, or stands in docs/many-machines.md.
 *
 * <pre>
 *   KafkaQueue      encodes, waits, decodes; what a program holds
 *     KafkaCore     what it stands on, and what is closed when nobody holds the queue any more
 *       Clients     producer, consumers and admin client, from the properties of the program
 *       Topics      the topics of a queue: made, found, measured, trimmed, deleted
 *       Ledger      what all processes know of a queue: its codec, its options, whether it is over
 *       Lanes       who wants an element, and which lane gets the next one
 *         Taker     who waits for an element, in line or by polling a lane
 *         Lane      one share consumer, one element at a time, and a thread that looks after it
 * </pre>
 */
@org.jspecify.annotations.NullMarked
package io.ipcq.kafka;
