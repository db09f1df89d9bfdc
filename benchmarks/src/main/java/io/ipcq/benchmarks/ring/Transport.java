// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import io.ipcq.memory.WaitStrategy;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A way to get messages from one process to another: ours and the peers', each used as its manual shows it. */
enum Transport {
    RING {
        @Override
        AutoCloseable create(Path place) throws IOException {
            return SharedQueue.builder(byte[].class)
                    .capacityBytes(CAPACITY_BYTES)
                    .create(place);
        }

        @Override
        Sender sender(Path place) throws IOException {
            return SharedQueue.builder(byte[].class).open(place)::put;
        }

        @Override
        Receiver receiver(Path place) throws IOException {
            return new RingReceiver(SharedQueue.builder(byte[].class).open(place));
        }
    },
    RING_SPINNING {
        @Override
        AutoCloseable create(Path place) throws IOException {
            return RING.create(place);
        }

        @Override
        Sender sender(Path place) throws IOException {
            return open(place)::put;
        }

        @Override
        Receiver receiver(Path place) throws IOException {
            return new RingReceiver(open(place));
        }

        private SharedQueue<byte[]> open(Path place) throws IOException {
            return SharedQueue.builder(byte[].class)
                    .waitStrategy(WaitStrategy.spinning())
                    .open(place);
        }
    },
    /** One put, one get, for a bigger ring. */
    RING_64MIB {
        @Override
        AutoCloseable create(Path place) throws IOException {
            return SharedQueue.builder(byte[].class).capacityBytes(BIG_BYTES).create(place);
        }

        @Override
        Sender sender(Path place) throws IOException {
            return RING.sender(place);
        }

        @Override
        Receiver receiver(Path place) throws IOException {
            return RING.receiver(place);
        }
    },
    /** Puts and drains of up to 64. */
    RING_BATCHES {
        @Override
        AutoCloseable create(Path place) throws IOException {
            return RING.create(place);
        }

        @Override
        Sender sender(Path place) throws IOException {
            SharedQueue<byte[]> queue = SharedQueue.builder(byte[].class).open(place);
            return message -> queue.putAll(Collections.nCopies(BATCH, message));
        }

        @Override
        Receiver receiver(Path place) throws IOException {
            SharedQueue<byte[]> queue = SharedQueue.builder(byte[].class).open(place);
            List<byte[]> batch = new ArrayList<>(BATCH);
            return handler -> {
                handler.handle(queue.get());
                queue.drainTo(batch, BATCH);
                batch.forEach(handler::handle);
                batch.clear();
            };
        }
    },
    /** One message at a time. */
    AGRONA {
        @Override
        AutoCloseable create(Path place) throws IOException {
            return AgronaRing.create(place, CAPACITY_BYTES);
        }

        @Override
        Sender sender(Path place) throws IOException {
            return new AgronaRing(place, 1);
        }

        @Override
        Receiver receiver(Path place) throws IOException {
            return new AgronaRing(place, 1);
        }
    },
    AGRONA_64MIB {
        @Override
        AutoCloseable create(Path place) throws IOException {
            return AgronaRing.create(place, BIG_BYTES);
        }

        @Override
        Sender sender(Path place) throws IOException {
            return AGRONA.sender(place);
        }

        @Override
        Receiver receiver(Path place) throws IOException {
            return AGRONA.receiver(place);
        }
    },
    /** As many at once as there are; it can only be written to one at a time. */
    AGRONA_BATCHES {
        @Override
        AutoCloseable create(Path place) throws IOException {
            return AGRONA.create(place);
        }

        @Override
        Sender sender(Path place) throws IOException {
            return AGRONA.sender(place);
        }

        @Override
        Receiver receiver(Path place) throws IOException {
            return new AgronaRing(place, Integer.MAX_VALUE);
        }
    },
    CHRONICLE {
        @Override
        AutoCloseable create(Path place) {
            return () -> {};
        }

        @Override
        Sender sender(Path place) {
            return new RawChronicle(place);
        }

        @Override
        Receiver receiver(Path place) {
            return new RawChronicle(place);
        }
    },
    AERON {
        @Override
        AutoCloseable create(Path place) {
            return AeronIpc.driver(place);
        }

        @Override
        Sender sender(Path place) {
            return new AeronIpc.Publisher(place);
        }

        @Override
        Receiver receiver(Path place) {
            return new AeronIpc.Subscriber(place);
        }
    };

    /** Of every bounded one. */
    static final int CAPACITY_BYTES = 1 << 20;

    private static final int BIG_BYTES = 64 << 20;
    private static final int BATCH = 64;

    /** Sends one message; waits while there is no room. */
    @FunctionalInterface
    interface Sender {
        void send(byte[] message) throws Exception;
    }

    /** What is done with each message. */
    @FunctionalInterface
    interface Handler {
        void handle(byte[] message);
    }

    /** Waits until there is at least one message; hands over one or, where the transport does it so, several. */
    @FunctionalInterface
    interface Receiver {
        void receive(Handler handler) throws Exception;
    }

    private record RingReceiver(SharedQueue<byte[]> queue) implements Receiver {
        @Override
        public void receive(Handler handler) throws InterruptedException {
            handler.handle(queue.get());
        }
    }

    /** Makes it, in a process that does nothing else; it is there until what is returned is closed. */
    abstract AutoCloseable create(Path place) throws IOException;

    abstract Sender sender(Path place) throws IOException;

    abstract Receiver receiver(Path place) throws IOException;
}
