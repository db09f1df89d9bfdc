// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import io.ipcq.benchmarks.flow.Channel;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;

/** Chronicle Queue with bare bytes; both sides spin, and every reader sees everything. */
final class RawChronicle implements Channel.Sender, Channel.Receiver {

    private final ExcerptAppender appender;
    private final ExcerptTailer tailer;
    private final Bytes<?> bytes = Bytes.allocateElasticOnHeap(128);

    private RawChronicle(Path directory) {
        System.setProperty("chronicle.announcer.disable", "true");
        System.setProperty("chronicle.disk.monitor.disable", "true");
        ChronicleQueue queue = ChronicleQueue.singleBuilder(directory).build();
        appender = queue.createAppender();
        tailer = queue.createTailer();
    }

    /** Its files are made by who comes first, and grow without a bound. */
    record Setting() implements Channel {

        @Override
        public AutoCloseable create(Path directory) {
            return () -> {};
        }

        @Override
        public Channel.Sender sender(Path directory) {
            return new RawChronicle(directory);
        }

        @Override
        public Channel.Receiver receiver(Path directory) {
            return new RawChronicle(directory);
        }
    }

    @Override
    public void send(byte[] message) {
        bytes.clear().write(message);
        appender.writeBytes(bytes);
    }

    @Override
    public void receive(Channel.Handler handler) {
        bytes.clear();
        while (!tailer.readBytes(bytes)) {
            Thread.onSpinWait();
        }
        byte[] received = new byte[(int) bytes.readRemaining()];
        bytes.read(received);
        handler.handle(received);
    }
}
