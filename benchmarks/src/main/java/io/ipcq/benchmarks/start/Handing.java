// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.start;

import io.ipcq.benchmarks.Rounds;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.ChildProcessBuilder;
import io.ipcq.process.StartMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** From {@code start()} to the first line of {@code run()} in a JVM that waited: the median, in milliseconds. */
final class Handing {

    private static final int STARTS = 15;

    /** For a waiting JVM to come to rest. */
    private static final long PAUSE_MILLIS = 100;

    private Handing() {}

    static double over() throws Exception {
        try (Scratch scratch = new Scratch()) {
            Path answer = scratch.resolve("answer");
            double[] millis = new double[STARTS];
            for (int i = 0; i < STARTS; i++) {
                millis[i] = once(answer);
            }
            return Rounds.median(millis);
        }
    }

    private static double once(Path answer) throws Exception {
        ChildProcessBuilder builder = ChildProcess.builder(Handing::answer, answer.toString())
                .startMethod(StartMethod.STANDBY)
                .reserve(1, Duration.ofMinutes(1))
                .prepare();
        Thread.sleep(PAUSE_MILLIS);
        try (ChildProcess child = builder.build()) {
            long start = System.nanoTime();
            child.start();
            child.join();
            return (Long.parseLong(Files.readString(answer)) - start) / 1e6;
        }
    }

    private static void answer(String file) throws IOException {
        long now = System.nanoTime();
        Files.writeString(Path.of(file), Long.toString(now));
    }
}
