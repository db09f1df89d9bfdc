// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.durable;

import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.ProcessPair;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Ours: one process puts, another gets. */
final class DurablePair {

    private static final int BATCH = 64;

    private DurablePair() {}

    static double single() throws Exception {
        return run(DurablePair::putEach, DurablePair::getEach);
    }

    static double batches() throws Exception {
        return run(DurablePair::putBatches, DurablePair::drain);
    }

    private static double run(
            io.ipcq.process.SerializableBiConsumer<String, SharedQueue<Double>> producer,
            io.ipcq.process.SerializableBiConsumer<String, SharedQueue<Double>> consumer)
            throws Exception {
        try (Scratch scratch = Scratch.onDisk()) {
            Path directory = scratch.resolve("queue");
            DurableQueue.create(directory, byte[].class).close();
            return ProcessPair.run(directory, producer, consumer);
        }
    }

    private static void putEach(String directory, SharedQueue<Double> unused) throws Exception {
        try (DurableQueue<byte[]> queue = DurableQueue.open(Path.of(directory), byte[].class)) {
            byte[] message = new byte[Messages.BYTES];
            for (int i = 0; i < Messages.ALL; i++) {
                Messages.stamp(message, i);
                queue.put(message);
            }
        }
    }

    private static void getEach(String directory, SharedQueue<Double> report) throws Exception {
        try (DurableQueue<byte[]> queue = DurableQueue.open(Path.of(directory), byte[].class)) {
            long departed = 0;
            for (int i = 0; i < Messages.ALL; i++) {
                byte[] message = queue.get();
                if (i == Messages.WARM_UP) {
                    departed = Messages.stampOf(message);
                }
            }
            report.put(Messages.rate(departed, System.nanoTime()));
        }
    }

    private static void putBatches(String directory, SharedQueue<Double> unused) throws Exception {
        try (DurableQueue<byte[]> queue = DurableQueue.open(Path.of(directory), byte[].class)) {
            byte[][] batch = new byte[BATCH][Messages.BYTES];
            List<byte[]> elements = Arrays.asList(batch);
            int next = 0;
            while (next < Messages.ALL) {
                int size = Math.min(BATCH, Messages.ALL - next);
                for (int i = 0; i < size; i++) {
                    Messages.stamp(batch[i], next++);
                }
                queue.putAll(elements.subList(0, size));
            }
        }
    }

    private static void drain(String directory, SharedQueue<Double> report) throws Exception {
        try (DurableQueue<byte[]> queue = DurableQueue.open(Path.of(directory), byte[].class)) {
            List<byte[]> batch = new ArrayList<>(BATCH);
            long departed = 0;
            int received = 0;
            while (received < Messages.ALL) {
                batch.clear();
                // drainTo does not wait: the first of a batch is waited for
                batch.add(queue.get());
                queue.drainTo(batch, BATCH - 1);
                if (received <= Messages.WARM_UP && received + batch.size() > Messages.WARM_UP) {
                    departed = Messages.stampOf(batch.get(Messages.WARM_UP - received));
                }
                received += batch.size();
            }
            report.put(Messages.rate(departed, System.nanoTime()));
        }
    }
}
