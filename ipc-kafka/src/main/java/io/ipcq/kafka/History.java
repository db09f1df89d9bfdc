// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.queue.Replayed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;

/** The elements from one number to another, by a consumer that is in no group. Not thread-safe. */
final class History<E> implements Iterator<Replayed<E>> {

    private static final Duration POLL = Duration.ofMillis(500);

    private final KafkaCore core;
    private final Form<E> form;
    private final TopicPartition partition;
    private final long from;
    private final long end;
    private final KafkaConsumer<byte[], byte[]> reader;
    private final Deque<ConsumerRecord<byte[], byte[]>> read = new ArrayDeque<>();
    private boolean closed;

    History(KafkaCore core, Form<E> form, long from, long end) {
        this.core = core;
        this.form = form;
        this.partition = core.topics().partition();
        this.from = Math.max(0, from);
        this.end = end;
        try {
            this.reader = core.clients().reader();
        } catch (IOException e) {
            throw core.failure("the elements cannot be read", e);
        }
        Uninterrupted.run(() -> {
            begin();
            return true;
        });
    }

    /** Reads the first of them at once, so that a look that goes no further has no consumer. */
    private void begin() {
        boolean begun = false;
        try {
            reader.assign(List.of(partition));
            long earliest = Objects.requireNonNull(
                    reader.beginningOffsets(List.of(partition)).get(partition));
            reader.seek(partition, Math.max(earliest, from));
            fill();
            begun = true;
        } catch (InterruptException e) {
            begun = true; // it is begun again
            throw e;
        } catch (KafkaException e) {
            throw core.failure("the elements cannot be read", e);
        } finally {
            if (!begun) {
                close();
            }
        }
    }

    Stream<Replayed<E>> elements() {
        return StreamSupport.stream(
                        Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED | Spliterator.NONNULL), false)
                .onClose(this::close);
    }

    private void fill() {
        long deadline = System.nanoTime() + core.clients().patienceNanos();
        while (read.isEmpty() && !closed) {
            if (reader.position(partition) >= end) {
                close();
                return;
            }
            for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
                if (record.offset() < end) {
                    read.add(record);
                }
            }
            if (read.isEmpty() && System.nanoTime() - deadline >= 0) {
                throw new TimeoutException("the brokers sent no element: next=" + reader.position(partition));
            }
        }
        if (!closed && reader.position(partition) >= end) {
            close();
        }
    }

    @Override
    public boolean hasNext() {
        if (read.isEmpty() && !closed) {
            core.requireOpen();
            try {
                Uninterrupted.run(() -> {
                    fill();
                    return true;
                });
            } catch (KafkaException e) {
                close();
                throw core.failure("the elements cannot be read", e);
            }
        }
        return !read.isEmpty();
    }

    @Override
    public Replayed<E> next() {
        if (!hasNext()) {
            throw new NoSuchElementException("there are no more elements");
        }
        ConsumerRecord<byte[], byte[]> record = read.remove();
        return new Replayed<>(record.offset(), form.element(record));
    }

    private void close() {
        if (!closed) {
            closed = true;
            reader.close(CloseOptions.timeout(Duration.ofSeconds(1)));
        }
    }
}
