// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import io.ipcq.process.ChildProcess;
import io.ipcq.process.SerializableBiConsumer;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.nio.file.Path;
import java.time.Duration;

/** A producer process and a consumer process on one directory; the consumer reports one figure. */
public final class ProcessPair {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private ProcessPair() {}

    /** Starts both, the consumer first, and returns what it reported. */
    public static double run(
            Path directory,
            SerializableBiConsumer<String, SharedQueue<Double>> producer,
            SerializableBiConsumer<String, SharedQueue<Double>> consumer)
            throws Exception {
        try (SharedQueue<Double> report = DurableQueue.create(Double.class);
                ChildProcess reader = new ChildProcess(consumer, directory.toString(), report);
                ChildProcess writer = new ChildProcess(producer, directory.toString(), report)) {
            reader.start();
            writer.start();
            Double figure = report.get(PATIENCE);
            if (figure == null) {
                throw new IllegalStateException("nothing was reported in " + PATIENCE + ": " + writer + ", " + reader);
            }
            reader.join();
            writer.join();
            return figure;
        }
    }
}
