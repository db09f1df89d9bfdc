// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import io.ipcq.process.ChildProcess;
import io.ipcq.process.SerializableBiConsumer;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A producer process and a consumer process on one directory; the consumer reports one figure. */
public final class ProcessPair implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final SharedQueue<Double> report;
    private final ChildProcess reader;
    private final ChildProcess writer;

    private ProcessPair(SharedQueue<Double> report, ChildProcess reader, ChildProcess writer) {
        this.report = report;
        this.reader = reader;
        this.writer = writer;
    }

    /** Starts both, the consumer first. */
    public static ProcessPair start(
            Path directory,
            SerializableBiConsumer<String, SharedQueue<Double>> producer,
            SerializableBiConsumer<String, SharedQueue<Double>> consumer)
            throws Exception {
        SharedQueue<Double> report = SharedQueue.create(Double.class);
        ProcessPair pair =
                new ProcessPair(report, child(consumer, directory, report), child(producer, directory, report));
        pair.reader.start();
        pair.writer.start();
        return pair;
    }

    /** Starts a process that reports by itself, beside a producer that has nothing to do. */
    public static ProcessPair startOne(Path directory, SerializableBiConsumer<String, SharedQueue<Double>> consumer)
            throws Exception {
        return start(directory, (any, unused) -> {}, consumer);
    }

    public List<ChildProcess> processes() {
        return List.of(reader, writer);
    }

    /** Those that report; a producer may be done. */
    List<ChildProcess> consumers() {
        return List.of(reader);
    }

    public boolean hasReported() {
        return !report.empty();
    }

    /** The figure that is reported, once both have ended. */
    public double figure() throws InterruptedException {
        Double figure = report.get(PATIENCE);
        if (figure == null) {
            throw new IllegalStateException("nothing was reported in " + PATIENCE + ": " + writer + ", " + reader);
        }
        reader.join();
        writer.join();
        return figure;
    }

    @Override
    public void close() {
        writer.close();
        reader.close();
        report.close();
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
}
