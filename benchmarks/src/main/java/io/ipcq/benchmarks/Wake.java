// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Rounds.Pair;
import io.ipcq.queue.SharedQueue;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How long it takes to bring up a consumer that sleeps in another process: the median, in microseconds. */
public final class Wake {

    /**
     * Sent without a pause, so that both sides are compiled: what runs 500 times a second stays interpreted for long.
     */
    private static final int UNPAUSED = 100_000;

    private static final int WARM_UP = UNPAUSED + 300;
    private static final int MEASURED = 700;
    private static final int ALL = WARM_UP + MEASURED;

    /** Pauses differ, or they could keep step with the times after which sleepers look again by themselves. */
    private static final int SHORTEST_PAUSE_MICROS = 1_000;

    private static final int LONGEST_PAUSE_MICROS = 5_000;

    private Wake() {}

    /** From {@code put} to the return of {@code get}; closes the queue. */
    public static double queue(SharedQueue<byte[]> fresh) throws Exception {
        try (SharedQueue<byte[]> queue = fresh;
                Scratch scratch = new Scratch();
                ProcessPair pair = start(queue, scratch)) {
            return pair.figure();
        }
    }

    /** The same, and a bare hand-over of one word with nothing but the system call, in turns. */
    public static Pair besideFutex(SharedQueue<byte[]> fresh) throws Exception {
        try (SharedQueue<byte[]> queue = fresh;
                Scratch scratch = new Scratch();
                ProcessPair ours = start(queue, scratch);
                ProcessPair theirs = startFutex(scratch.resolve("word"))) {
            return Turns.until(Better.LOWER, ours, theirs);
        }
    }

    private static ProcessPair start(SharedQueue<byte[]> queue, Scratch scratch) throws Exception {
        return ProcessPair.start(
                scratch.resolve("any"), (any, unused) -> put(queue), (any, report) -> get(queue, report));
    }

    private static ProcessPair startFutex(Path file) throws Exception {
        BareFutex.create(file);
        return ProcessPair.start(file, Wake::store, Wake::load);
    }

    private static void put(SharedQueue<byte[]> queue) throws InterruptedException {
        byte[] message = new byte[Messages.BYTES];
        SplittableRandom random = new SplittableRandom(ALL);
        for (int i = 0; i < ALL; i++) {
            pause(i, random);
            Messages.stampNow(message);
            queue.put(message);
        }
    }

    private static void get(SharedQueue<byte[]> queue, SharedQueue<Double> report) throws InterruptedException {
        double[] micros = new double[MEASURED];
        for (int i = 0; i < ALL; i++) {
            record(micros, i, Messages.stampOf(queue.get()));
        }
        report.put(Rounds.median(micros));
    }

    private static void store(String file, SharedQueue<Double> unused) throws Exception {
        BareFutex word = new BareFutex(Path.of(file));
        SplittableRandom random = new SplittableRandom(ALL);
        for (int i = 1; i <= ALL; i++) {
            pause(i - 1, random);
            word.set(i, System.nanoTime());
            word.wake();
        }
    }

    private static void load(String file, SharedQueue<Double> report) throws Exception {
        BareFutex word = new BareFutex(Path.of(file));
        double[] micros = new double[MEASURED];
        int seen = 0;
        while (seen < ALL) {
            word.sleepWhile(seen);
            seen = word.get();
            record(micros, seen - 1, word.stamp());
        }
        report.put(Rounds.median(micros));
    }

    private static void pause(int number, SplittableRandom random) {
        if (number >= UNPAUSED) {
            LockSupport.parkNanos(
                    TimeUnit.MICROSECONDS.toNanos(random.nextInt(SHORTEST_PAUSE_MICROS, LONGEST_PAUSE_MICROS)));
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
