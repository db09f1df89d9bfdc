// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.start;

import io.ipcq.benchmarks.Rounds;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * From the start of a child to the first element that it put; and a bare JVM from its start to its end. Medians, in
 * milliseconds.
 */
final class Starting {

    private static final int STARTS = 9;

    /** A program that lives so long has its archive of classes, which is made once and then kept. */
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(8);

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** A program that does nothing. */
    static final class Bare {
        public static void main(String[] arguments) {}
    }

    private Starting() {}

    static void warmUp() throws Exception {
        long start = System.nanoTime();
        while (System.nanoTime() - start < WARM_UP_NANOS) {
            firstElement();
        }
    }

    static double child() throws Exception {
        double[] millis = new double[STARTS];
        for (int i = 0; i < STARTS; i++) {
            millis[i] = firstElement();
        }
        return Rounds.median(millis);
    }

    static double bareJvm() throws Exception {
        double[] millis = new double[STARTS];
        for (int i = 0; i < STARTS; i++) {
            long start = System.nanoTime();
            new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Bare.class.getName())
                    .inheritIO()
                    .start()
                    .waitFor();
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        return Rounds.median(millis);
    }

    private static double firstElement() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(String.class);
                ChildProcess child = new ChildProcess(Starting::put, queue)) {
            long start = System.nanoTime();
            child.start();
            String element = queue.get(PATIENCE);
            long end = System.nanoTime();
            child.join();
            if (element == null) {
                throw new IllegalStateException("nothing came in " + PATIENCE + ": " + child);
            }
            return (end - start) / 1e6;
        }
    }

    private static void put(SharedQueue<String> queue) throws InterruptedException {
        queue.put("first");
    }
}
