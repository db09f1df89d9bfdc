// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** The engines, as small as the loop of errors wants their queues. */
enum FaultEngine {
    RING {
        @Override
        SharedQueue<String> create(Path directory, FaultOperation operation) throws IOException {
            return ring(operation.codec()).maxSize(operation.maxSize()).create(directory);
        }

        @Override
        SharedQueue<String> open(Path directory, Codec<String> codec) throws IOException {
            return ring(codec).open(directory);
        }

        @Override
        SharedQueue<String> openOrCreate(Path directory, Codec<String> codec) throws IOException {
            return ring(codec).openOrCreate(directory);
        }

        @Override
        SharedQueue<String> createAnonymous(Codec<String> codec) throws IOException {
            return ring(codec).create();
        }

        private SharedQueueBuilder<String> ring(Codec<String> codec) {
            return SharedQueue.builder(codec).capacityBytes(CAPACITY_BYTES);
        }
    },
    JOURNAL {
        @Override
        SharedQueue<String> create(Path directory, FaultOperation operation) throws IOException {
            return journal(operation.codec())
                    .maxSize(operation.maxSize())
                    .maxAttempts(operation.maxAttempts())
                    .sync(operation == FaultOperation.PUT_AND_SYNC)
                    .create(directory);
        }

        @Override
        SharedQueue<String> open(Path directory, Codec<String> codec) throws IOException {
            return DurableQueue.builder(codec).open(directory);
        }

        @Override
        SharedQueue<String> openOrCreate(Path directory, Codec<String> codec) throws IOException {
            return DurableQueue.builder(codec).openOrCreate(directory);
        }

        @Override
        SharedQueue<String> createAnonymous(Codec<String> codec) throws IOException {
            return journal(codec).create();
        }

        private DurableQueueBuilder<String> journal(Codec<String> codec) {
            return DurableQueue.builder(codec)
                    .segmentBytes(1 << 20)
                    .maxElementBytes(1 << 20)
                    .maxLeases(16)
                    .redeliveryDelay(Duration.ofNanos(1));
        }
    };

    static final int CAPACITY_BYTES = 256 << 10;

    abstract SharedQueue<String> create(Path directory, FaultOperation operation) throws IOException;

    abstract SharedQueue<String> open(Path directory, Codec<String> codec) throws IOException;

    abstract SharedQueue<String> openOrCreate(Path directory, Codec<String> codec) throws IOException;

    abstract SharedQueue<String> createAnonymous(Codec<String> codec) throws IOException;
}
