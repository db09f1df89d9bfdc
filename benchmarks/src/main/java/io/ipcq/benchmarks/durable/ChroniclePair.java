// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.durable;

import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.ProcessPair;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.queue.SharedQueue;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.wire.DocumentContext;

/** The peer: Chronicle Queue as its manual shows it, one process writes documents, another reads them, both spin. */
final class ChroniclePair {

    private ChroniclePair() {}

    static double single() throws Exception {
        try (Scratch scratch = Scratch.onDisk()) {
            return ProcessPair.run(scratch.resolve("queue"), ChroniclePair::write, ChroniclePair::read);
        }
    }

    private static void write(String directory, SharedQueue<Double> unused) {
        try (ChronicleQueue queue = open(directory);
                ExcerptAppender appender = queue.createAppender()) {
            byte[] message = new byte[Messages.BYTES];
            for (int i = 0; i < Messages.ALL; i++) {
                Messages.stamp(message, i);
                append(appender, message);
            }
        }
    }

    private static void read(String directory, SharedQueue<Double> report) throws Exception {
        try (ChronicleQueue queue = open(directory);
                ExcerptTailer tailer = queue.createTailer()) {
            byte[] message = new byte[Messages.BYTES];
            long departed = 0;
            for (int i = 0; i < Messages.ALL; ) {
                if (!next(tailer, message)) {
                    continue;
                }
                if (i++ == Messages.WARM_UP) {
                    departed = Messages.stampOf(message);
                }
            }
            report.put(Messages.rate(departed, System.nanoTime()));
        }
    }

    static ChronicleQueue open(String directory) {
        System.setProperty("chronicle.announcer.disable", "true");
        System.setProperty("chronicle.disk.monitor.disable", "true");
        return ChronicleQueue.singleBuilder(directory).build();
    }

    static void append(ExcerptAppender appender, byte[] message) {
        try (DocumentContext document = appender.writingDocument()) {
            document.wire().bytes().write(message);
        }
    }

    static boolean next(ExcerptTailer tailer, byte[] message) {
        try (DocumentContext document = tailer.readingDocument()) {
            if (!document.isPresent()) {
                return false;
            }
            Bytes<?> bytes = document.wire().bytes();
            bytes.read(message);
            return true;
        }
    }
}
