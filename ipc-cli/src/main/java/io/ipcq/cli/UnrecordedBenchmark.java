// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.benchmarks.Rounds;
import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Row;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What the events of the Flight Recorder cost while nobody records: the same loop in a JVM that could record, and in
 * one without the module {@code jdk.jfr}, where there are no events. Names no class of that module.
 */
final class UnrecordedBenchmark {

    /** All that ipcq wants but the recorder. */
    private static final String[] WITHOUT_RECORDER = {"--limit-modules=java.se,jdk.unsupported,jdk.management"};

    private static final String[] WITH_RECORDER = {"--limit-modules=java.se,jdk.unsupported,jdk.management,jdk.jfr"};

    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final Duration TURN = Duration.ofSeconds(3);
    private static final int BATCH = 100_000;
    private static final int BATCH_OF_WAITS = 1_000;

    private UnrecordedBenchmark() {}

    static void run(int rounds, Consumer<Row> rows) throws Exception {
        rows.accept(row("looking.jfr.off", rounds, false));
        rows.accept(row("looking.jfr.off.waits", rounds, true));
    }

    private static Row row(String name, int rounds, boolean waits) throws Exception {
        return Rounds.compare(
                name,
                "no jdk.jfr",
                "ns",
                Better.LOWER,
                rounds,
                () -> nanos(waits, WITH_RECORDER),
                () -> nanos(waits, WITHOUT_RECORDER));
    }

    /** Of a new JVM, as what its compiler makes of the loop is not the same each time. */
    private static double nanos(boolean waits, String... options) throws Exception {
        try (SharedQueue<Double> report = SharedQueue.create(Double.class);
                ChildProcess user = ChildProcess.builder(UnrecordedBenchmark::use, report, waits)
                        .jvmOptions(options)
                        .build()) {
            user.start();
            double nanos = report.get();
            user.joinOrThrow();
            return nanos;
        }
    }

    private static void use(SharedQueue<Double> report, Boolean waits) throws Exception {
        if (waits) {
            useWaiting(report);
            return;
        }
        try (SharedQueue<byte[]> queue = SharedQueue.create(byte[].class)) {
            putAndGet(queue, WARM_UP);
            report.put(putAndGet(queue, TURN));
        }
    }

    /** How long a put and a get take that do not wait, in time of the processor: others that want it are left out. */
    static double putAndGet(SharedQueue<byte[]> queue, Duration time) throws InterruptedException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        byte[] message = new byte[100];
        long start = threads.getCurrentThreadCpuTime();
        long spent = 0;
        long count = 0;
        while (spent < time.toNanos()) {
            for (int i = 0; i < BATCH; i++) {
                queue.put(message);
                queue.get();
            }
            count += BATCH;
            spent = threads.getCurrentThreadCpuTime() - start;
        }
        return (double) spent / count;
    }

    /** Gets that wait: each asks whether somebody records. There is nothing to get, and a nanosecond to wait. */
    private static void useWaiting(SharedQueue<Double> report) throws Exception {
        try (SharedQueue<byte[]> queue = SharedQueue.create(byte[].class)) {
            getInVain(queue, WARM_UP);
            report.put(getInVain(queue, TURN));
        }
    }

    private static double getInVain(SharedQueue<byte[]> queue, Duration time) throws InterruptedException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Duration instant = Duration.ofNanos(1);
        long end = System.nanoTime() + time.toNanos();
        long start = threads.getCurrentThreadCpuTime();
        long count = 0;
        while (System.nanoTime() < end) {
            for (int i = 0; i < BATCH_OF_WAITS; i++) {
                queue.get(instant);
            }
            count += BATCH_OF_WAITS;
        }
        return (double) (threads.getCurrentThreadCpuTime() - start) / count;
    }
}
