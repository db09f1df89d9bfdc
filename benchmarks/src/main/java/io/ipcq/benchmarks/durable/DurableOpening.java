// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.durable;

import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.ProcessPair;
import io.ipcq.benchmarks.Repeated;
import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Rounds.Pair;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.benchmarks.Turns;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.nio.file.Path;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;

/** Opening a queue that exists, putting and getting an element, closing; in a warm JVM: the median, in microseconds. */
final class DurableOpening {

    private DurableOpening() {}

    /** Ours and Chronicle's, in turns. */
    static Pair inTurns() throws Exception {
        try (Scratch scratch = Scratch.onDisk();
                ProcessPair ours = ProcessPair.startOne(scratch.resolve("ours"), DurableOpening::ours);
                ProcessPair theirs = ProcessPair.startOne(scratch.resolve("theirs"), DurableOpening::theirs)) {
            return Turns.until(Better.LOWER, ours, theirs);
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
        try (ChronicleQueue held = PlainChronicle.open(directory);
                ExcerptAppender first = held.createAppender()) {
            PlainChronicle.append(first, message);
            report.put(Repeated.medianMicros(() -> {
                try (ChronicleQueue queue = PlainChronicle.open(directory);
                        ExcerptAppender appender = queue.createAppender();
                        ExcerptTailer tailer = queue.createTailer().toEnd()) {
                    PlainChronicle.append(appender, message);
                    return PlainChronicle.next(tailer, message);
                }
            }));
        }
    }
}
