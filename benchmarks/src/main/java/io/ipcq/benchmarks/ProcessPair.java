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
        try (SharedQueue<Double> report = SharedQueue.create(Double.class);
                ChildProcess reader = child(consumer, directory, report);
                ChildProcess writer = child(producer, directory, report)) {
            reader.start();
            writer.start();
            return await(report, writer, reader);
        }
    }

    private static ChildProcess child(
            SerializableBiConsumer<String, SharedQueue<Double>> work, Path directory, SharedQueue<Double> report) {
        return ChildProcess.builder(work, directory.toString(), report)
                .jvmOptions(peerOptions())
                .build();
    }

    /** Without these Chronicle, used alone, does not start. */
    public static String[] peerOptions() {
        return DurableQueue.jvmOptions().toArray(String[]::new);
    }

    /** The one figure that is reported, once both have ended. */
    static double await(SharedQueue<Double> report, ChildProcess writer, ChildProcess reader)
            throws InterruptedException {
        Double figure = report.get(PATIENCE);
        if (figure == null) {
            throw new IllegalStateException("nothing was reported in " + PATIENCE + ": " + writer + ", " + reader);
        }
        reader.join();
        writer.join();
        return figure;
    }
}
