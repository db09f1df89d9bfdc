// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.durable;

import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.ProcessPair;
import io.ipcq.benchmarks.Rounds;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionFormat;
import io.ipcq.memory.WaitStrategy;
import io.ipcq.memory.Waiter;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.nio.file.Path;

/** How long it takes to bring up a consumer that sleeps in another process: the median, in microseconds. */
final class Wake {

    /** Sent without a pause, so that both sides are compiled: what runs 500 times a second stays interpreted for long. */
    private static final int UNPAUSED = 100_000;

    private static final int WARM_UP = UNPAUSED + 300;
    private static final int MEASURED = 700;
    private static final int ALL = WARM_UP + MEASURED;
    private static final int PAUSE_MILLIS = 2;

    private static final RegionFormat FORMAT = new RegionFormat("wake benchmark", 0x4950_4351_5741_4B45L, 1);
    private static final int WORD = MappedRegion.HEADER_BYTES;
    private static final int SEEN = WORD + 128;
    private static final int WAITER = SEEN + 128;
    private static final int REGION_BYTES = 4096;

    private Wake() {}

    static double durable() throws Exception {
        try (Scratch scratch = Scratch.onDisk()) {
            Path directory = scratch.resolve("queue");
            DurableQueue.create(directory, byte[].class).close();
            return ProcessPair.run(directory, Wake::put, Wake::get);
        }
    }

    /** A bare hand-over of one word. */
    static double futex() throws Exception {
        try (Scratch scratch = new Scratch()) {
            Path file = scratch.resolve("word");
            MappedRegion.create(file, FORMAT, REGION_BYTES, region -> {});
            return ProcessPair.run(file, Wake::store, Wake::load);
        }
    }

    private static void put(String directory, SharedQueue<Double> unused) throws Exception {
        try (DurableQueue<byte[]> queue = DurableQueue.open(Path.of(directory), byte[].class)) {
            byte[] message = new byte[Messages.BYTES];
            for (int i = 0; i < ALL; i++) {
                pause(i);
                Messages.stampNow(message);
                queue.put(message);
            }
        }
    }

    private static void get(String directory, SharedQueue<Double> report) throws Exception {
        try (DurableQueue<byte[]> queue = DurableQueue.open(Path.of(directory), byte[].class)) {
            double[] micros = new double[MEASURED];
            for (int i = 0; i < ALL; i++) {
                byte[] message = queue.get();
                record(micros, i, Messages.stampOf(message));
            }
            report.put(Rounds.median(micros));
        }
    }

    private static void store(String file, SharedQueue<Double> unused) throws Exception {
        MappedRegion region = MappedRegion.open(Path.of(file), FORMAT);
        Waiter waiter = new Waiter(region, WAITER, WaitStrategy.blocking());
        long stored = 0;
        for (int i = 0; i < ALL; i++) {
            do {
                pause(i);
            } while (region.getLongVolatile(SEEN) != stored);
            stored = System.nanoTime();
            region.putLongVolatile(WORD, stored);
            waiter.signal();
        }
    }

    private static void load(String file, SharedQueue<Double> report) throws Exception {
        MappedRegion region = MappedRegion.open(Path.of(file), FORMAT);
        Waiter waiter = new Waiter(region, WAITER, WaitStrategy.blocking());
        double[] micros = new double[MEASURED];
        for (int i = 0; i < ALL; i++) {
            waiter.await(() -> region.getLongVolatile(WORD) != region.getLongVolatile(SEEN), Long.MAX_VALUE);
            long sent = region.getLongVolatile(WORD);
            record(micros, i, sent);
            region.putLongVolatile(SEEN, sent);
        }
        report.put(Rounds.median(micros));
    }

    private static void pause(int number) throws InterruptedException {
        if (number >= UNPAUSED) {
            Thread.sleep(PAUSE_MILLIS);
        } else {
            Thread.onSpinWait();
        }
    }

    private static void record(double[] micros, int number, long sentNanos) {
        if (number >= WARM_UP) {
            micros[number - WARM_UP] = (System.nanoTime() - sentNanos) / 1e3;
        }
    }
}
