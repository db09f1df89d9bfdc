// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.ElementTooLargeException;
import io.ipcq.queue.QueueAddress;
import io.ipcq.queue.QueueStorageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Elements and batches around the limits: that of the queue, and the one of the topic, which somebody has lowered below
 * the size of a batch.
 */
@Tag("once")
class KafkaSizesIT {

    private static final int LIMIT = 12_000;
    private static final int MAX_ELEMENT_BYTES = 50_000;

    /** The most that is around an element: what is larger than the limit less this may be refused. */
    private static final int AROUND = 100;

    /** What may be over before a batch is small enough: request.timeout.ms is not to be longer. */
    private static final String SHORT_TIME = "delivery.timeout.ms=10500";

    @TempDir
    Path directory;

    private final String name = UUID.randomUUID().toString();

    private URI address(String... properties) throws IOException {
        Path config = Files.write(directory.resolve("client.properties"), List.of(properties));
        return URI.create(Broker.queue(name) + "?config=" + config);
    }

    private void lowerLimit() throws Exception {
        limit(LIMIT);
    }

    private void limit(int bytes) throws Exception {
        KafkaCore core = KafkaCore.open(QueueAddress.of(address()), name, null, null);
        try (Admin admin = core.clients().admin()) {
            String topic = core.topics().elements();
            set(admin, topic, "max.message.bytes", bytes);
            // the broker tells of a setting, and then obeys it, and then goes on to the next one
            set(admin, topic, "flush.messages", Integer.MAX_VALUE - bytes);
        } finally {
            core.close();
        }
    }

    /** Sets it, and waits until the broker tells of that. */
    private static void set(Admin admin, String topic, String name, int value) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        String text = Integer.toString(value);
        admin.incrementalAlterConfigs(Map.of(
                        resource, List.of(new AlterConfigOp(new ConfigEntry(name, text), AlterConfigOp.OpType.SET))))
                .all()
                .get();
        await().until(() -> admin.describeConfigs(List.of(resource))
                .all()
                .get()
                .get(resource)
                .get(name)
                .value()
                .equals(text));
    }

    private static List<byte[]> elements(int... sizes) {
        return Arrays.stream(sizes).mapToObj(byte[]::new).toList();
    }

    private static List<int[]> batches() {
        int large = 2 * LIMIT;
        return List.of(
                new int[] {large},
                new int[] {1, large},
                new int[] {large, 1},
                new int[] {0, large, 0},
                new int[] {1, large, 1, large, 1},
                new int[] {large, large},
                IntStream.range(0, 20).flatMap(i -> IntStream.of(large, i)).toArray(),
                IntStream.range(0, 20).flatMap(i -> IntStream.of(i, large)).toArray(),
                IntStream.rangeClosed(LIMIT - AROUND, LIMIT - 68).toArray(),
                IntStream.range(LIMIT - AROUND, LIMIT + AROUND).toArray(),
                IntStream.range(0, 20)
                        .flatMap(i -> IntStream.of(LIMIT / 2 - i, LIMIT / 2, i))
                        .toArray(),
                IntStream.generate(() -> 1).limit(10_000).toArray(),
                IntStream.generate(() -> 100).limit(1_000).toArray(),
                IntStream.generate(() -> LIMIT - AROUND).limit(20).toArray(),
                new int[] {MAX_ELEMENT_BYTES, 1, 1});
    }

    private DurableQueue<byte[]> open(String... properties) throws IOException {
        return DurableQueue.builder(byte[].class)
                .maxElementBytes(MAX_ELEMENT_BYTES)
                .openOrCreate(address(properties));
    }

    /** All of a batch that fits is put; of one that does not, nothing is if the handle could know the limit. */
    @Test
    @Timeout(1_200)
    void shouldPutOrRefuseWhereLimitWasLowered() throws Exception {
        open().close();
        lowerLimit();
        try (DurableQueue<byte[]> queue = open()) {
            for (int[] sizes : batches()) {
                requirePutOrRefused(queue, sizes);
                requireGoesOn(queue);
            }
            queue.delete();
        }
    }

    private static void requirePutOrRefused(DurableQueue<byte[]> queue, int[] sizes) throws Exception {
        if (IntStream.of(sizes).anyMatch(size -> size > LIMIT - 68)) {
            assertThatThrownBy(() -> queue.putAll(elements(sizes)))
                    .as(named(sizes))
                    .isInstanceOf(ElementTooLargeException.class)
                    .hasMessageContaining("max.message.bytes=" + LIMIT);
            assertThat(queue.qsize()).as(named(sizes)).isZero();
        } else if (IntStream.of(sizes).allMatch(size -> size <= LIMIT - AROUND)) {
            queue.putAll(elements(sizes));
            assertThat(queue.qsize()).as(named(sizes)).isEqualTo(sizes.length);
        }
    }

    /** The client finds out as the brokers refuse: it says what was put before, and does not go round for ever. */
    @Test
    @Timeout(1_200)
    void shouldPutOrRefuseWhereLimitIsLoweredWhileQueueIsOpen() throws Exception {
        // one for each batch, as a handle that was refused something knows the limit
        List<DurableQueue<byte[]>> handles = new ArrayList<>();
        try (DurableQueue<byte[]> taker = open()) {
            for (int[] sizes : batches()) {
                handles.add(sizes.length == 1 ? open() : open(SHORT_TIME));
            }
            lowerLimit();
            for (int i = 0; i < handles.size(); i++) {
                requirePutOrRefusedOrTimedOut(handles.get(i), batches().get(i));
                requireGoesOn(handles.get(i), taker);
            }
            taker.delete();
        } finally {
            handles.forEach(DurableQueue::close);
        }
    }

    private static void requirePutOrRefusedOrTimedOut(DurableQueue<byte[]> queue, int[] sizes) throws Exception {
        boolean fits = IntStream.of(sizes).allMatch(size -> size <= LIMIT - AROUND);
        Throwable failure = catchThrowable(() -> queue.putAll(elements(sizes)));
        if (failure == null && fits) {
            assertThat(queue.qsize()).as(named(sizes)).isEqualTo(sizes.length);
        } else if (failure == null) {
            assertThat(IntStream.of(sizes)).as("all that brokers take").allMatch(size -> size <= LIMIT);
        } else if (sizes.length == 1) {
            assertThat(failure).as(named(sizes)).isInstanceOf(ElementTooLargeException.class);
        } else {
            // the client halves what was refused, again and again; its time may be over before that
            assertThat(failure)
                    .as(named(sizes))
                    .isInstanceOfAny(ElementTooLargeException.class, QueueStorageException.class);
            assertThat(fits && failure instanceof ElementTooLargeException)
                    .as(named(sizes))
                    .isFalse();
        }
    }

    private static String named(int[] sizes) {
        return sizes.length + ": " + Arrays.toString(Arrays.copyOf(sizes, Math.min(sizes.length, 6)));
    }

    private static void requireGoesOn(DurableQueue<byte[]> queue) throws Exception {
        requireGoesOn(queue, queue);
    }

    private static void requireGoesOn(DurableQueue<byte[]> queue, DurableQueue<byte[]> taker) throws Exception {
        // it may get into a batch of those before it, whose time is over
        await().ignoreException(QueueStorageException.class).until(() -> queue.put(new byte[3], Duration.ZERO));
        List<byte[]> all = new ArrayList<>();
        await().until(() -> {
            taker.drainTo(all); // which the brokers may keep waiting
            return taker.qsize() == 0;
        });
        assertThat(all.get(all.size() - 1)).hasSize(3);
    }

    /** Brokers measure a batch after it was compressed. */
    @Test
    void shouldPutWhatFitsWhenItIsCompressed() throws Exception {
        open().close();
        lowerLimit();
        try (DurableQueue<byte[]> queue = DurableQueue.open(address("compression.type=gzip"), byte[].class)) {
            queue.put(new byte[MAX_ELEMENT_BYTES]);
            queue.putAll(elements(1, MAX_ELEMENT_BYTES, 2 * LIMIT));
            assertThat(queue.qsize()).isEqualTo(4);
            byte[] random = new byte[2 * LIMIT];
            new Random(1).nextBytes(random);
            for (List<byte[]> each : List.of(List.of(random), List.of(new byte[1], random, new byte[1]))) {
                assertThatThrownBy(() -> queue.putAll(each))
                        .isInstanceOf(ElementTooLargeException.class)
                        .hasMessageContaining("elementBytes=" + random.length)
                        .hasMessageContaining("max.message.bytes=" + LIMIT);
            }
            requireGoesOn(queue);
            queue.delete();
        }
    }

    @Test
    void shouldTakeLargeElementsAgainWhenLimitIsRaised() throws Exception {
        try (DurableQueue<byte[]> queue = open()) {
            limit(LIMIT);
            assertThatThrownBy(() -> queue.put(new byte[LIMIT])).isInstanceOf(ElementTooLargeException.class);
            limit(3 * LIMIT);
            queue.put(new byte[LIMIT]);
            assertThat(queue.get()).hasSize(LIMIT);
            queue.delete();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"batch.size=1000000", "compression.type=gzip", "linger.ms=20", "batch.size=0"})
    void shouldPutBatchesHoweverClientIsToldToMakeThem(String property) throws Exception {
        int[] sizes = IntStream.range(0, 5_000).map(i -> i % 500).toArray();
        try (DurableQueue<byte[]> queue =
                DurableQueue.builder(byte[].class).maxElementBytes(500).openOrCreate(address(property))) {
            queue.putAll(elements(sizes));
            assertThat(queue.qsize()).isEqualTo(sizes.length);
            queue.delete();
        }
    }

    /** Larger than what the client sets aside for all elements, unless it is told otherwise. */
    @Test
    void shouldPutElementLargerThanClientsBuffer() throws Exception {
        int large = 40 << 20;
        try (DurableQueue<byte[]> queue =
                DurableQueue.builder(byte[].class).maxElementBytes(large).openOrCreate(address())) {
            queue.putAll(elements(1, large, 1));
            assertThat(queue.qsize()).isEqualTo(3);
            assertThatThrownBy(() -> queue.put(new byte[large + 1]))
                    .isInstanceOf(ElementTooLargeException.class)
                    .hasMessageContaining("maxElementBytes=" + large);
            assertThat(List.of(queue.get(), queue.get(), queue.get()))
                    .extracting(element -> element.length)
                    .containsExactly(1, large, 1);
            queue.delete();
        }
    }

    /** An error in the client's thread, as one of memory would be: nobody tells whoever waits for an answer. */
    public static final class Deadly
            implements ProducerInterceptor<byte[], byte[]>, ConsumerInterceptor<byte[], byte[]> {

        @Override
        public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
            return record;
        }

        @Override
        public void onAcknowledgement(RecordMetadata metadata, Exception exception) {
            throw new StackOverflowError("the client's thread ends here");
        }

        @Override
        public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
            return records;
        }

        @Override
        public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
            // nothing is committed
        }

        @Override
        public void close() {
            // nothing is open
        }

        @Override
        public void configure(Map<String, ?> properties) {
            // none
        }
    }

    @Test
    void shouldNotWaitForEverForClientWhoseThreadHasDied() throws Exception {
        DurableQueue.openOrCreate(address(), byte[].class).close();
        try (DurableQueue<byte[]> queue = DurableQueue.open(
                address(
                        "interceptor.classes=" + Deadly.class.getName(),
                        "request.timeout.ms=500",
                        "delivery.timeout.ms=1000"),
                byte[].class)) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> queue.put(new byte[1]))
                        .isInstanceOf(QueueStorageException.class)
                        .hasMessageContaining("open it again");
            }
        }
    }
}
