// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.time.Duration;
import java.util.Random;

/**
 * What one round of killing is like; everything is drawn from the seed.
 *
 * @param maxSize 0 is none
 * @param leaseMillis 0 is none
 * @param killEveryMillis on average
 */
record CrashOptions(
        long seed,
        boolean receive,
        boolean killProducers,
        int elements,
        int producers,
        int consumers,
        long segmentBytes,
        long maxSize,
        int batch,
        int filler,
        int leaseMillis,
        int killEveryMillis) {

    /** One consumer sees everything, so that its order tells something; else as many as are asked for. */
    static CrashOptions random(long seed, boolean receive, boolean killProducers, int elements, int processes) {
        Random random = new Random(seed);
        int filler = pick(random, 0, 100, 1_000, 64 << 10);
        return new CrashOptions(
                seed,
                receive,
                killProducers,
                elements,
                processes,
                processes,
                (long) pick(random, 1, 2, 8) << 20,
                pick(random, 0, 10, 1_000, 20_000),
                pick(random, 1, 1, 7, 300),
                filler,
                receive ? pick(random, 0, 0, 100) : 0,
                pick(random, 400, 800, 1_500));
    }

    CrashOptions withSingleConsumer() {
        return new CrashOptions(
                seed,
                receive,
                killProducers,
                elements,
                producers,
                1,
                segmentBytes,
                maxSize,
                batch,
                filler,
                leaseMillis,
                killEveryMillis);
    }

    private static int pick(Random random, int... values) {
        return values[random.nextInt(values.length)];
    }

    DurableQueueBuilder<byte[]> builder() {
        DurableQueueBuilder<byte[]> builder = DurableQueue.builder(byte[].class)
                .segmentBytes(segmentBytes)
                .maxElementBytes(1 << 20)
                .maxAttempts(1_000_000);
        if (maxSize > 0) {
            builder.maxSize(maxSize);
        }
        if (leaseMillis > 0) {
            builder.leaseTimeout(Duration.ofMillis(leaseMillis));
        }
        return builder;
    }
}
