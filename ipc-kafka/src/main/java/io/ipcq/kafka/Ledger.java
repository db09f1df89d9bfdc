// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.Log;
import io.ipcq.queue.QueueAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/** What all processes know of a queue: what it is, its options, whether it is over. Thread-safe. */
final class Ledger implements AutoCloseable {

    /*
     * Idea. A compacted topic with three keys, of which the last record of each holds: `queue` (version, codec),
     * `options`, and `state`. The keys have the topic's id behind them: a process that slept while the queue was
     * deleted and made anew writes what nobody reads. Each handle reads it from the start and then goes on reading in a
     * thread of its own. Who writes waits until its own thread has read that: so all that a handle says comes from one
     * place, in one order.
     */

    private static final String QUEUE = "queue";
    private static final String OPTIONS = "options";
    private static final String STATE = "state";

    static final String OPEN = "open";
    static final String SHUT_DOWN = "shutdown";
    static final String DELETED = "deleted";

    private static final String VERSION = "1";
    private static final Duration LOOK = Duration.ofMillis(500);

    private final QueueAddress address;
    private final TopicPartition partition;
    private final String id;
    private final KafkaConsumer<byte[], byte[]> reader;
    private final Runnable changed;
    private final Thread thread;
    private final long patienceNanos;

    private @Nullable String version; // guarded by this, as all below
    private @Nullable String codec;
    private @Nullable KafkaOptions options;
    private String state = OPEN;
    private long read;
    private boolean closed;

    /**
     * Reads what is there.
     *
     * @param id of the topic
     * @param changed is called, in a thread of the ledger, when something was read, and about twice a second
     */
    Ledger(Clients clients, String topic, String id, Runnable changed) throws IOException {
        this.address = clients.address();
        this.id = id;
        this.partition = new TopicPartition(topic, 0);
        this.changed = changed;
        this.patienceNanos = clients.patienceNanos();
        this.thread = new Thread(this::follow, "ipcq-kafka-ledger-" + topic);
        thread.setDaemon(true);
        this.reader = clients.reader();
        boolean begun = false;
        try {
            reader.assign(List.of(partition));
            reader.seekToBeginning(List.of(partition));
            readToEnd();
            begun = true;
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            throw KafkaFailures.opening(address, "the ledger of the queue cannot be read: topic=" + topic, e);
        } finally {
            if (!begun) {
                reader.close();
            }
        }
    }

    /** Goes on reading in its thread. */
    void start() {
        thread.start();
    }

    private void readToEnd() {
        long deadline = System.nanoTime() + patienceNanos;
        long end = Objects.requireNonNull(reader.endOffsets(List.of(partition)).get(partition));
        while (reader.position(partition) < end) {
            take();
            if (System.nanoTime() - deadline >= 0) {
                throw new org.apache.kafka.common.errors.TimeoutException(
                        "the ledger does not come to its end: end=" + end);
            }
        }
    }

    /** Reads what is there once more; for who waits for the first line. */
    boolean isWritten() {
        readToEnd();
        return isKnown();
    }

    private synchronized boolean isKnown() {
        return version != null && (!version.equals(VERSION) || (codec != null && options != null));
    }

    private void take() {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(LOOK)) {
            apply(record);
        }
    }

    private synchronized void apply(ConsumerRecord<byte[], byte[]> record) {
        read = record.offset() + 1;
        notifyAll();
        if (record.key() == null || record.value() == null) {
            return;
        }
        String key = new String(record.key(), StandardCharsets.UTF_8);
        if (!key.endsWith("." + id)) {
            return;
        }
        String value = new String(record.value(), StandardCharsets.UTF_8);
        switch (key.substring(0, key.length() - id.length() - 1)) {
            case QUEUE -> {
                String[] lines = value.split("\n", 2);
                version = lines[0];
                codec = lines.length == 2 ? lines[1] : null;
            }
            case OPTIONS -> options = KafkaOptions.fromBytes(record.value());
            case STATE -> state = value;
            default -> {
                // of a newer version
            }
        }
    }

    private void follow() {
        while (!isClosed()) {
            step(this::take);
            step(changed);
        }
        reader.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(1)));
    }

    private void step(Runnable step) {
        try {
            step.run();
        } catch (WakeupException | InterruptException e) {
            // closed, as a rule
        } catch (RuntimeException e) {
            Log.of(Ledger.class)
                    .warn("the ledger of a queue cannot be read; it is tried again: address={}", address, e);
            pause();
        }
    }

    private synchronized void pause() {
        long deadline = System.nanoTime() + LOOK.toNanos();
        try {
            while (!closed && System.nanoTime() - deadline < 0) {
                wait(LOOK.toMillis());
            }
        } catch (InterruptedException e) {
            // nobody interrupts this thread but the end of the program
        }
    }

    // ---- what it says -----------------------------------------------------------------------------------------------

    /** @throws IOException if a library of another version made the queue */
    synchronized void requireVersion() throws IOException {
        if (!VERSION.equals(version)) {
            throw new IOException("another version of this library made the queue: address=" + address + ", version="
                    + version + ", known=" + VERSION + "; update this one");
        }
    }

    synchronized String codec() {
        return String.valueOf(codec);
    }

    synchronized KafkaOptions options() {
        return Objects.requireNonNull(options);
    }

    synchronized String state() {
        return state;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    // ---- what is written --------------------------------------------------------------------------------------------

    void writeFirst(KafkaProducer<byte[], byte[]> producer, String codec, KafkaOptions options) throws IOException {
        try {
            send(producer, OPTIONS, options.toBytes());
            send(producer, QUEUE, (VERSION + "\n" + codec).getBytes(StandardCharsets.UTF_8));
        } catch (KafkaException e) {
            throw KafkaFailures.opening(
                    address, "the ledger of the queue cannot be written: topic=" + partition.topic(), e);
        }
    }

    void writeOptions(KafkaProducer<byte[], byte[]> producer, KafkaOptions options) {
        awaitRead(send(producer, OPTIONS, options.toBytes()));
    }

    void writeState(KafkaProducer<byte[], byte[]> producer, String state) {
        awaitRead(send(producer, STATE, state.getBytes(StandardCharsets.UTF_8)));
    }

    private long send(KafkaProducer<byte[], byte[]> producer, String key, byte[] value) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(partition.topic(), 0, (key + "." + id).getBytes(StandardCharsets.UTF_8), value);
        return Uninterrupted.run(() -> {
            try {
                return producer.send(record).get().offset();
            } catch (InterruptedException e) {
                throw new InterruptException(e); // written twice, it says the same
            } catch (IllegalStateException e) {
                throw new KafkaException("the producer was closed", e);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof KafkaException objection ? objection : new KafkaException(e.getCause());
            }
        });
    }

    private synchronized void awaitRead(long offset) {
        long deadline = System.nanoTime() + patienceNanos;
        boolean interrupted = false;
        while (read <= offset && !closed && System.nanoTime() - deadline < 0) {
            try {
                wait(LOOK.toMillis());
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        if (thread.getState() == Thread.State.NEW) {
            reader.close();
        } else {
            reader.wakeup();
        }
    }
}
