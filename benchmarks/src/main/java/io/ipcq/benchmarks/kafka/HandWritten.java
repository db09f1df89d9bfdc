// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What somebody writes who takes Kafka's clients as they are, with the same promises: acks from all, each element
 * acknowledged.
 */
final class HandWritten implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(250);

    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaShareConsumer<byte[], byte[]> single;
    private final KafkaShareConsumer<byte[], byte[]> batches;

    HandWritten(String brokers, String topic) throws Exception {
        this.topic = topic;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
            for (String group : List.of(topic + ".single", topic + ".batches")) {
                admin.incrementalAlterConfigs(Map.of(
                                new ConfigResource(ConfigResource.Type.GROUP, group),
                                List.of(new AlterConfigOp(
                                        new ConfigEntry("share.auto.offset.reset", "earliest"),
                                        AlterConfigOp.OpType.SET))))
                        .all()
                        .get();
            }
        }
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", brokers, "acks", "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        single = consumer(brokers, topic + ".single", 1);
        batches = consumer(brokers, topic + ".batches", 64);
    }

    private KafkaShareConsumer<byte[], byte[]> consumer(String brokers, String group, int records) {
        KafkaShareConsumer<byte[], byte[]> consumer = new KafkaShareConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        brokers,
                        "group.id",
                        group,
                        "share.acknowledgement.mode",
                        "explicit",
                        "share.acquire.mode",
                        "record_limit",
                        "max.poll.records",
                        records),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    void putSingly(int count, byte[] message) throws Exception {
        for (int i = 0; i < count; i++) {
            producer.send(new ProducerRecord<>(topic, message)).get();
        }
    }

    void putBatches(int count, List<byte[]> batch) throws Exception {
        for (int i = 0; i < count; i++) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (byte[] message : batch) {
                sent.add(producer.send(new ProducerRecord<>(topic, message)));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
    }

    void receive(int count) {
        take(single, count);
    }

    void receiveBatches(int count) {
        take(batches, count);
    }

    private static void take(KafkaShareConsumer<byte[], byte[]> consumer, int count) {
        for (int taken = 0; taken < count; ) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                consumer.acknowledge(record, AcknowledgeType.ACCEPT);
                taken++;
            }
            consumer.commitSync();
        }
    }

    @Override
    public void close() {
        single.close();
        batches.close();
        producer.close();
    }
}
