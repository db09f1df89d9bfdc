// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.queue.DeadLetter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * How an element stands in a record.
 *
 * @param <E> the type of the elements
 */
interface Form<E> {

    /** Names the format of the bytes. */
    String id();

    /** The codec, which travels with a handle; null for dead letters. */
    @Nullable
    Codec<E> codec();

    /**
     * The record of an element.
     *
     * @throws CodecException if the element cannot be encoded
     */
    ProducerRecord<byte[], byte[]> record(String topic, E element);

    /**
     * The element in a record.
     *
     * @throws CodecException if the record is no such element
     */
    E element(ConsumerRecord<byte[], byte[]> record);

    /** Elements of a program: the bytes of their codec. */
    record OfCodec<E>(Codec<E> codec) implements Form<E> {

        /*
         * Brokers may refuse a batch as too large. The client then splits it, and reckons that each record takes up to
         * 17 bytes more than it does. A record of fewer bytes would stay with a large one however often it is split:
         * without end, until the client's thread dies of a StackOverflowError. So no record is that small.
         */
        private static final int SHORT_BYTES = 12;
        private static final String LONGER = "ipcq.short";
        private static final byte[] NOTHING = {};

        @Override
        public String id() {
            return codec.id();
        }

        @Override
        public ProducerRecord<byte[], byte[]> record(String topic, E element) {
            byte[] value = codec.encode(element);
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, 0, null, value);
            if (value.length < SHORT_BYTES) {
                record.headers().add(LONGER, NOTHING);
            }
            return record;
        }

        @Override
        @SuppressWarnings("NullAway") // a codec's mistake
        public E element(ConsumerRecord<byte[], byte[]> record) {
            byte[] bytes = record.value() == null ? new byte[0] : record.value();
            E element;
            try {
                element = codec.decode(bytes);
            } catch (CodecException e) {
                throw e;
            } catch (RuntimeException e) {
                throw undecodable("the codec failed with " + e.getClass().getName(), record, bytes, e);
            }
            if (element == null) {
                throw undecodable("the codec decoded the element to null", record, bytes, null);
            }
            return element;
        }

        private static CodecException undecodable(
                String what, ConsumerRecord<?, ?> record, byte[] bytes, @Nullable RuntimeException cause) {
            return new CodecException(
                    what + ": number=" + record.offset() + ", bytes=" + bytes.length + ", topic=" + record.topic(),
                    null,
                    bytes,
                    cause);
        }
    }

    /** What the broker has given up: the bytes as they were, and headers that say why. */
    enum OfLetters implements Form<DeadLetter> {
        INSTANCE;

        private static final String HEADER = "__dlq.errors.";

        @Override
        public String id() {
            return "dead-letter";
        }

        @Override
        public @Nullable Codec<DeadLetter> codec() {
            return null;
        }

        @Override
        public ProducerRecord<byte[], byte[]> record(String topic, DeadLetter letter) {
            throw new UnsupportedOperationException("on Kafka the brokers write the dead letters: topic=" + topic);
        }

        @Override
        public DeadLetter element(ConsumerRecord<byte[], byte[]> record) {
            byte[] bytes = record.value() == null ? new byte[0] : record.value();
            return new DeadLetter(
                    number(record, "offset"), (int) number(record, "delivery.count"), text(record, "message"), bytes);
        }

        /** Text or a number of Java: both are read. */
        private static long number(ConsumerRecord<byte[], byte[]> record, String name) {
            String text = text(record, name);
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                byte[] raw = raw(record, name);
                return switch (raw.length) {
                    case Short.BYTES -> ByteBuffer.wrap(raw).getShort();
                    case Integer.BYTES -> ByteBuffer.wrap(raw).getInt();
                    case Long.BYTES -> ByteBuffer.wrap(raw).getLong();
                    default -> 0;
                };
            }
        }

        private static String text(ConsumerRecord<byte[], byte[]> record, String name) {
            return new String(raw(record, name), StandardCharsets.UTF_8);
        }

        private static byte[] raw(ConsumerRecord<byte[], byte[]> record, String name) {
            Header header = record.headers().lastHeader(HEADER + name);
            return header == null || header.value() == null ? new byte[0] : header.value();
        }
    }
}
