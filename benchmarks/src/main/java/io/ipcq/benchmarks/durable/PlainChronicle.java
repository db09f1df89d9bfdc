// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.durable;

import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.wire.DocumentContext;

/** The peer: Chronicle Queue as its manual shows it, with documents of bytes. */
final class PlainChronicle {

    private PlainChronicle() {}

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
