// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import io.aeron.Aeron;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.ipcq.benchmarks.flow.Channel;
import java.nio.file.Path;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** Aeron over its shared memory: a driver embedded in the benchmark, one stream for each place. */
final class AeronIpc {

    private static final String CHANNEL = "aeron:ipc";
    private static final int FRAGMENTS = 64;

    private static @Nullable MediaDriver driver;
    private static int users;

    private AeronIpc() {}

    /** Any number of producers; every consumer sees everything. */
    record Setting() implements Channel {

        @Override
        public AutoCloseable create(Path place) {
            return driver(place);
        }

        @Override
        public Channel.Sender sender(Path place) {
            return new Publisher(place);
        }

        @Override
        public Channel.Receiver receiver(Path place) {
            return new Subscriber(place);
        }
    }

    /** One driver for all streams of a directory; stopped with its last stream. */
    private static synchronized AutoCloseable driver(Path place) {
        if (users++ == 0) {
            driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
                    .aeronDirectoryName(directory(place))
                    .threadingMode(ThreadingMode.SHARED)
                    .dirDeleteOnStart(true)
                    .dirDeleteOnShutdown(true));
        }
        return AeronIpc::release;
    }

    private static synchronized void release() {
        if (--users == 0) {
            Objects.requireNonNull(driver).close();
            driver = null;
        }
    }

    private static String directory(Path place) {
        return place.resolveSibling("aeron").toString();
    }

    private static Aeron connect(Path place) {
        return Aeron.connect(
                new Aeron.Context().aeronDirectoryName(directory(place)).threadFactory(AeronIpc::daemon));
    }

    /** Or no process that uses Aeron would ever end by itself. */
    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    private static int stream(Path place) {
        return place.getFileName().toString().hashCode();
    }

    /** One of any number of producers. */
    private static final class Publisher implements Channel.Sender {

        private final Publication publication;
        private final UnsafeBuffer source = new UnsafeBuffer();

        Publisher(Path place) {
            publication = connect(place).addPublication(CHANNEL, stream(place));
        }

        @Override
        public void send(byte[] message) {
            source.wrap(message);
            while (publication.offer(source, 0, message.length) < 0) {
                Thread.onSpinWait();
            }
        }
    }

    /** A consumer, which sees everything. */
    private static final class Subscriber implements Channel.Receiver {

        private final Subscription subscription;

        Subscriber(Path place) {
            subscription = connect(place).addSubscription(CHANNEL, stream(place));
        }

        @Override
        public void receive(Channel.Handler handler) {
            FragmentAssembler fragments = new FragmentAssembler(
                    (buffer, offset, length, header) -> handler.handle(copy(buffer, offset, length)));
            while (subscription.poll(fragments, FRAGMENTS) == 0) {
                Thread.onSpinWait();
            }
        }

        private static byte[] copy(DirectBuffer buffer, int offset, int length) {
            byte[] received = new byte[length];
            buffer.getBytes(offset, received);
            return received;
        }
    }
}
