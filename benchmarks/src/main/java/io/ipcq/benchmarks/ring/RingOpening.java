// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.ProcessPair;
import io.ipcq.benchmarks.Repeated;
import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Rounds.Pair;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.benchmarks.Turns;
import io.ipcq.queue.SharedQueue;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;

/** Opening a queue that exists, putting and getting an element, closing; in a warm JVM: the median, in microseconds. */
final class RingOpening {

    private RingOpening() {}

    /** Ours and Chronicle's, in turns. */
    static Pair inTurns() throws Exception {
        try (Scratch scratch = new Scratch();
                ProcessPair ours = ProcessPair.startOne(scratch.resolve("ours"), RingOpening::ours);
                ProcessPair theirs = ProcessPair.startOne(scratch.resolve("theirs"), RingOpening::theirs)) {
            return Turns.until(Better.LOWER, ours, theirs);
        }
    }

    private static void ours(String name, SharedQueue<Double> report) throws Exception {
        Path directory = Path.of(name);
        byte[] message = new byte[Messages.BYTES];
        try (SharedQueue<byte[]> held = SharedQueue.create(directory, byte[].class)) {
            held.put(message);
            held.get();
            report.put(Repeated.medianMicros(() -> {
                try (SharedQueue<byte[]> queue = SharedQueue.open(directory, byte[].class)) {
                    queue.put(message);
                    return queue.get();
                }
            }));
        }
    }

    private static void theirs(String directory, SharedQueue<Double> report) throws Exception {
        System.setProperty("chronicle.announcer.disable", "true");
        System.setProperty("chronicle.disk.monitor.disable", "true");
        Bytes<?> message = Bytes.wrapForRead(new byte[Messages.BYTES]);
        Bytes<?> got = Bytes.allocateElasticOnHeap(Messages.BYTES);
        try (ChronicleQueue held = ChronicleQueue.singleBuilder(directory).build();
                ExcerptAppender first = held.createAppender()) {
            first.writeBytes(message);
            report.put(Repeated.medianMicros(() -> {
                try (ChronicleQueue queue =
                                ChronicleQueue.singleBuilder(directory).build();
                        ExcerptAppender appender = queue.createAppender();
                        ExcerptTailer tailer = queue.createTailer().toEnd()) {
                    appender.writeBytes(message);
                    return tailer.readBytes(got.clear());
                }
            }));
        }
    }
}
