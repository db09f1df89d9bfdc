// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.queue.QueueAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's clients for one queue, from the properties of the program and those that a queue stands on. */
class Clients {

    /** How long one call of the cluster may take, tries again included. */
    static final int CALL_MILLIS = 30_000;

    private static final int REQUEST_MILLIS = 10_000;

    /** As Kafka has it. */
    private static final int LINGER_MILLIS = 5;

    private static final int BATCH_BYTES = 16 << 10;
    private static final long BUFFER_BYTES = 32 << 20;

    /** What a queue decides: another value would cost what it promises. */
    private static final Set<String> OWN = Set.of(
            "bootstrap.servers",
            "acks",
            "enable.idempotence",
            "key.serializer",
            "value.serializer",
            "key.deserializer",
            "value.deserializer",
            "group.id",
            "transactional.id",
            "auto.offset.reset",
            "enable.auto.commit",
            "isolation.level",
            "max.poll.records",
            "share.acknowledgement.mode",
            "share.acquire.mode");

    private final QueueAddress address;
    private final Map<String, Object> properties = new HashMap<>();

    Clients(QueueAddress address) throws IOException {
        this.address = address;
        properties.put("request.timeout.ms", REQUEST_MILLIS);
        String config = address.parameter("config").orElse(null);
        if (config != null) {
            load(Path.of(config));
        }
        properties.putIfAbsent("default.api.timeout.ms", Math.max(CALL_MILLIS, number("request.timeout.ms", 0)));
        properties.put(
                "bootstrap.servers",
                address.authority()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "the address names no broker: address=" + address + "; write kafka://host:9092/name")));
    }

    private void load(Path file) throws IOException {
        Properties read = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            read.load(in);
        } catch (IllegalArgumentException e) {
            throw new IOException("these are no properties: config=" + file + ": " + e.getMessage(), e);
        } catch (IOException e) {
            // or a missing file would be taken for a missing queue
            throw new IOException(
                    "the properties cannot be read: config=" + file + ", failure="
                            + e.getClass().getSimpleName(),
                    e);
        }
        Set<String> own = new TreeSet<>(read.stringPropertyNames());
        own.retainAll(OWN);
        if (!own.isEmpty()) {
            throw new IllegalArgumentException("the queue itself decides on some of the properties: config=" + file
                    + ", properties=" + own + "; leave them out");
        }
        read.stringPropertyNames().forEach(name -> properties.put(name, read.getProperty(name)));
    }

    /** What it is if it is no number, Kafka says when a client is made. */
    private int number(String property, int otherwise) {
        try {
            return Integer.parseInt(
                    String.valueOf(properties.getOrDefault(property, otherwise)).trim());
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    QueueAddress address() {
        return address;
    }

    /** How long a call may take that consists of several of Kafka's, as for one of those. */
    long patienceNanos() {
        return TimeUnit.MILLISECONDS.toNanos(Long.parseLong(String.valueOf(properties.get("default.api.timeout.ms"))));
    }

    /** Within which the client says what became of an element, if nothing is wrong with it. */
    long deliveryNanos() {
        return TimeUnit.MILLISECONDS.toNanos(number("delivery.timeout.ms", deliveryMillis()));
    }

    /** Whether the client compresses batches, so that nobody knows before how large they are. */
    boolean compresses() {
        return !String.valueOf(properties.getOrDefault("compression.type", "none"))
                .trim()
                .equals("none");
    }

    Admin admin() throws IOException {
        return made(() -> Admin.create(properties));
    }

    /** @param maxMessageBytes the largest batch that brokers take */
    KafkaProducer<byte[], byte[]> producer(int maxElementBytes, int maxMessageBytes) throws IOException {
        Map<String, Object> all = new HashMap<>(properties);
        all.put("acks", "all");
        all.put("enable.idempotence", true);
        int largest = maxElementBytes + Topics.AROUND_ELEMENT_BYTES;
        all.put("max.request.size", largest);
        int batch = Math.min(number("batch.size", BATCH_BYTES), Math.min(largest, maxMessageBytes));
        all.put("batch.size", batch); // the client is poor at splitting what brokers refuse
        all.putIfAbsent("buffer.memory", Math.max(BUFFER_BYTES, 2L * largest));
        all.putIfAbsent("delivery.timeout.ms", deliveryMillis());
        all.putIfAbsent("max.block.ms", CALL_MILLIS);
        return made(() -> new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer()));
    }

    /** Kafka takes none that is shorter than one request. */
    private int deliveryMillis() {
        long request = (long) number("request.timeout.ms", REQUEST_MILLIS) + number("linger.ms", LINGER_MILLIS);
        return (int) Math.min(Integer.MAX_VALUE, Math.max(CALL_MILLIS, request));
    }

    /** One that reads by itself, in no group. */
    KafkaConsumer<byte[], byte[]> reader() throws IOException {
        Map<String, Object> all = new HashMap<>(properties);
        all.put("enable.auto.commit", false);
        all.put("auto.offset.reset", "earliest");
        return made(() -> new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    }

    /** One of a share group, that is given so many elements at a time, and no more. */
    KafkaShareConsumer<byte[], byte[]> member(String group, int elements) throws IOException {
        Map<String, Object> all = new HashMap<>(properties);
        all.put("group.id", group);
        all.put("share.acknowledgement.mode", "explicit");
        all.put("share.acquire.mode", "record_limit");
        all.put("max.poll.records", elements);
        return made(() -> new KafkaShareConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    }

    private interface Maker<T> {
        T make();
    }

    /** What Kafka says of a property that it does not take may hold its value, which may be a password. */
    private <T> T made(Maker<T> maker) throws IOException {
        try {
            return maker.make();
        } catch (KafkaException e) {
            Set<String> named = new TreeSet<>();
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                String message = String.valueOf(cause.getMessage());
                properties.keySet().stream().filter(message::contains).forEach(named::add);
            }
            throw new IOException("Kafka does not take the properties: address=" + address + ", config="
                    + address.parameter("config").orElse("none") + ", about=" + named + ", failure="
                    + e.getClass().getSimpleName() + "; its message is left out, as it may hold a secret");
        }
    }
}
