// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.kafka;

import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.Rounds;
import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Row;
import io.ipcq.brokers.Brokers;
import io.ipcq.codec.Codec;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The rows of {@code ./ipcq bench kafka}: ours and hand-written clients on one broker, which is a child process. */
public final class KafkaBenchmark {

    private static final int SINGLE = 1_000;
    private static final int BATCH = 64;
    private static final int BATCHES = 200;
    private static final int DRAINED = 20 * BATCH;

    private KafkaBenchmark() {}

    /** Measures one row after another, and hands each over when it is there. */
    public static void run(int rounds, Consumer<Row> rows) throws Exception {
        try (Brokers broker = Brokers.start(1, Brokers.classPathOfCommand(), Map.of());
                DurableQueue<byte[]> queue = DurableQueue.builder(Codec.bytes()).openOrCreate(broker.queue("ours"));
                HandWritten hand = new HandWritten(broker.addresses(), "theirs")) {
            byte[] message = new byte[Messages.BYTES];
            List<byte[]> batch = Collections.nCopies(BATCH, message);
            putSingly(queue, message); // both come to know the broker, and to be compiled
            hand.putSingly(SINGLE, message);
            receive(queue, SINGLE);
            hand.receive(SINGLE);
            rows.accept(Rounds.compare(
                    "kafka.put",
                    "kafka-clients",
                    "msg/s",
                    Better.HIGHER,
                    rounds,
                    () -> perSecond(SINGLE, () -> putSingly(queue, message)),
                    () -> perSecond(SINGLE, () -> hand.putSingly(SINGLE, message))));
            rows.accept(Rounds.compare(
                    "kafka.receive",
                    "kafka-clients",
                    "msg/s",
                    Better.HIGHER,
                    rounds,
                    () -> perSecond(SINGLE, () -> receive(queue, SINGLE)),
                    () -> perSecond(SINGLE, () -> hand.receive(SINGLE))));
            rows.accept(Rounds.compare(
                    "kafka.put.batch64",
                    "kafka-clients",
                    "msg/s",
                    Better.HIGHER,
                    rounds,
                    () -> perSecond(BATCH * BATCHES, () -> putBatches(queue, batch)),
                    () -> perSecond(BATCH * BATCHES, () -> hand.putBatches(BATCHES, batch))));
            rows.accept(Rounds.compare(
                    "kafka.drain.batch64",
                    "kafka-clients",
                    "msg/s",
                    Better.HIGHER,
                    rounds,
                    () -> perSecond(DRAINED, () -> drain(queue)),
                    () -> perSecond(DRAINED, () -> hand.receiveBatches(DRAINED))));
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static double perSecond(int count, Work work) throws Exception {
        long start = System.nanoTime();
        work.run();
        return count * 1e9 / (System.nanoTime() - start);
    }

    private static void putSingly(DurableQueue<byte[]> queue, byte[] message) throws InterruptedException {
        for (int i = 0; i < SINGLE; i++) {
            queue.put(message);
        }
    }

    private static void putBatches(DurableQueue<byte[]> queue, List<byte[]> batch) throws InterruptedException {
        for (int i = 0; i < BATCHES; i++) {
            queue.putAll(batch);
        }
    }

    private static void receive(DurableQueue<byte[]> queue, int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            Delivery<byte[]> delivery = queue.receive();
            delivery.ack();
        }
    }

    private static void drain(DurableQueue<byte[]> queue) {
        List<byte[]> drained = new ArrayList<>();
        while (drained.size() < DRAINED) {
            queue.drainTo(drained, DRAINED - drained.size());
        }
    }
}
