// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.durable;

import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.benchmarks.flow.Channel;
import io.ipcq.queue.DurableQueue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;

/** The durable queue, and plain Chronicle Queue. */
enum DurableChannel implements Channel {
    /** One {@code put}, one {@code get} at a time. */
    SINGLE {
        @Override
        public AutoCloseable create(Path place) throws IOException {
            return DurableQueue.create(place, byte[].class);
        }

        @Override
        public Sender sender(Path place) throws IOException {
            return open(place)::put;
        }

        @Override
        public Receiver receiver(Path place) throws IOException {
            DurableQueue<byte[]> queue = open(place);
            return handler -> handler.handle(queue.get());
        }
    },

    /** {@code putAll} and {@code drainTo}. */
    BATCHES {
        @Override
        public AutoCloseable create(Path place) throws IOException {
            return SINGLE.create(place);
        }

        @Override
        public Sender sender(Path place) throws IOException {
            DurableQueue<byte[]> queue = open(place);
            return message -> queue.putAll(Collections.nCopies(BATCH, message));
        }

        @Override
        public Receiver receiver(Path place) throws IOException {
            DurableQueue<byte[]> queue = open(place);
            List<byte[]> drained = new ArrayList<>(BATCH);
            return handler -> {
                handler.handle(queue.get()); // waits, which drainTo does not
                queue.drainTo(drained, BATCH - 1);
                drained.forEach(handler::handle);
                drained.clear();
            };
        }
    },

    /** As its manual shows it: both sides spin. Its files are made by who comes first. */
    CHRONICLE {
        @Override
        public AutoCloseable create(Path place) {
            return () -> {};
        }

        @Override
        public Sender sender(Path place) {
            ExcerptAppender appender = PlainChronicle.open(place.toString()).createAppender();
            return message -> PlainChronicle.append(appender, message);
        }

        @Override
        public Receiver receiver(Path place) {
            ChronicleQueue queue = PlainChronicle.open(place.toString());
            ExcerptTailer tailer = queue.createTailer();
            byte[] message = new byte[Messages.BYTES];
            return handler -> {
                while (!PlainChronicle.next(tailer, message)) {
                    Thread.onSpinWait();
                }
                handler.handle(message);
            };
        }
    };

    private static final int BATCH = 64;

    private static DurableQueue<byte[]> open(Path place) throws IOException {
        return DurableQueue.open(place, byte[].class);
    }

    /** On a disk, as what is durable lies there. */
    @Override
    public Scratch scratch() throws IOException {
        return Scratch.onDisk();
    }
}
