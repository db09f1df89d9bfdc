// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.durable;

import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.ProcessPair;
import io.ipcq.benchmarks.Repeated;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.nio.file.Path;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;

/** Opening a queue that exists, putting and getting an element, closing; in a warm JVM: the median, in microseconds. */
final class DurableOpening {

    private DurableOpening() {}

    static double durable() throws Exception {
        return inChild(DurableOpening::ours);
    }

    static double chronicle() throws Exception {
        return inChild(DurableOpening::theirs);
    }

    private static double inChild(io.ipcq.process.SerializableBiConsumer<String, SharedQueue<Double>> work)
            throws Exception {
        try (Scratch scratch = Scratch.onDisk()) {
            return ProcessPair.run(scratch.resolve("queue"), (directory, report) -> {}, work);
        }
    }

    private static void ours(String name, SharedQueue<Double> report) throws Exception {
        Path directory = Path.of(name);
        byte[] message = new byte[Messages.BYTES];
        try (DurableQueue<byte[]> held = DurableQueue.create(directory, byte[].class)) {
            held.put(message);
            held.get();
            report.put(Repeated.medianMicros(() -> {
                try (DurableQueue<byte[]> queue = DurableQueue.open(directory, byte[].class)) {
                    queue.put(message);
                    return queue.get();
                }
            }));
        }
    }

    private static void theirs(String directory, SharedQueue<Double> report) throws Exception {
        byte[] message = new byte[Messages.BYTES];
        try (ChronicleQueue held = ChroniclePair.open(directory);
                ExcerptAppender first = held.createAppender()) {
            ChroniclePair.append(first, message);
            report.put(Repeated.medianMicros(() -> {
                try (ChronicleQueue queue = ChroniclePair.open(directory);
                        ExcerptAppender appender = queue.createAppender();
                        ExcerptTailer tailer = queue.createTailer().toEnd()) {
                    ChroniclePair.append(appender, message);
                    return ChroniclePair.next(tailer, message);
                }
            }));
        }
    }
}
