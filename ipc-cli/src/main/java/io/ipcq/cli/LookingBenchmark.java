// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.benchmarks.Rounds;
import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Rounds.Pair;
import io.ipcq.benchmarks.Row;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.benchmarks.Turns;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.Output;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import jdk.jfr.Recording;

/** What it costs to be looked at, and to look. */
final class LookingBenchmark {

    private static final int QUEUES = 10_000;
    private static final double BAR_MILLIS = 200;
    private static final int RING_BYTES = 1 << 20;
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    /** Some looks of {@code top}, which is at it once a second. */
    private static final Duration TURN = Duration.ofSeconds(3);

    private LookingBenchmark() {}

    static void run(int rounds, Consumer<Row> rows) throws Exception {
        rows.accept(watched(rounds));
        rows.accept(recorded(rounds));
        rows.accept(Rounds.below("looking.list.10000", "ms", BAR_MILLIS, rounds, LookingBenchmark::listMillis));
    }

    /** A pair of processes at work, while {@code top} looks at their queue and while it is stopped. */
    private static Row watched(int rounds) throws Exception {
        try (Scratch scratch = new Scratch()) {
            Path directory = scratch.resolve("queue");
            SharedQueue.builder(byte[].class)
                    .capacityBytes(RING_BYTES)
                    .create(directory)
                    .close();
            try (ChildProcess producer = new ChildProcess(LookingBenchmark::put, directory.toString());
                    ChildProcess consumer = new ChildProcess(LookingBenchmark::get, directory.toString());
                    ChildProcess top = ChildProcess.builder(LookingBenchmark::top, directory.toString())
                            .output(Output.DISCARD)
                            .build();
                    QueueView view = QueueView.open(directory)) {
                for (ChildProcess each : List.of(producer, consumer, top)) {
                    each.start();
                }
                Thread.sleep(WARM_UP.toMillis());
                return Rounds.compare(
                        "looking.top",
                        "not looked at",
                        "msg/s",
                        Better.HIGHER,
                        rounds,
                        () -> {
                            Turns.resume(List.of(top));
                            return rate(view);
                        },
                        () -> {
                            Turns.stop(List.of(top));
                            return rate(view);
                        });
            }
        }
    }

    private static double rate(QueueView view) throws Exception {
        long start = System.nanoTime();
        long before = view.snapshot().taken();
        Thread.sleep(TURN.toMillis());
        long taken = view.snapshot().taken() - before;
        return taken * 1e9 / (System.nanoTime() - start);
    }

    private static void put(String directory) throws Exception {
        byte[] message = new byte[100];
        try (SharedQueue<byte[]> queue = SharedQueue.open(Path.of(directory), byte[].class)) {
            while (true) {
                queue.put(message);
            }
        }
    }

    private static void get(String directory) throws Exception {
        try (SharedQueue<byte[]> queue = SharedQueue.open(Path.of(directory), byte[].class)) {
            while (true) {
                queue.get();
            }
        }
    }

    private static void top(String directory) {
        Ipcq.run(
                silent(),
                "top",
                directory,
                "--json",
                "--iterations",
                Integer.toString(Integer.MAX_VALUE),
                "--tmpdir",
                Path.of(directory).resolveSibling("").toString());
    }

    private static Screen silent() {
        return new Screen(
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream(),
                Terminal.NONE);
    }

    /**
     * One thread, in a JVM of its own, that puts and gets without a wait, while somebody records, and before and after
     * that.
     */
    private static Row recorded(int rounds) throws Exception {
        return Rounds.compare("looking.jfr", "not recorded", "ns", rounds, () -> {
            try (SharedQueue<Double> report = SharedQueue.create(Double.class);
                    ChildProcess user = new ChildProcess(LookingBenchmark::putAndGet, report)) {
                user.start();
                double notRecorded = report.get();
                double recorded = report.get();
                double again = report.get();
                user.join();
                return Pair.of(Better.LOWER, recorded, (notRecorded + again) / 2);
            }
        });
    }

    private static void putAndGet(SharedQueue<Double> report) throws Exception {
        try (SharedQueue<byte[]> queue = SharedQueue.create(byte[].class)) {
            loop(queue, WARM_UP);
            report.put(loop(queue, TURN));
            try (Recording recording = new Recording()) {
                recording.start();
                loop(queue, TURN); // classes of events are loaded
                report.put(loop(queue, TURN));
            }
            report.put(loop(queue, TURN));
        }
    }

    /** How long a put and a get take, in time of the processor: others that want it are left out. */
    private static double loop(SharedQueue<byte[]> queue, Duration time) throws InterruptedException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        byte[] message = new byte[100];
        long start = threads.getCurrentThreadCpuTime();
        long spent = 0;
        long count = 0;
        while (spent < time.toNanos()) {
            for (int i = 0; i < 100_000; i++) {
                queue.put(message);
                queue.get();
            }
            count += 100_000;
            spent = threads.getCurrentThreadCpuTime() - start;
        }
        return (double) spent / count;
    }

    /** The command, in a JVM that has done nothing before it; the start of that is not in it. */
    private static double listMillis() throws Exception {
        try (Scratch scratch = new Scratch()) {
            Path directory = scratch.resolve("");
            for (int i = 0; i < QUEUES; i++) {
                SharedQueue.builder(byte[].class)
                        .capacityBytes(4096)
                        .create(directory.resolve("queue-" + i))
                        .close();
            }
            try (SharedQueue<Double> report = SharedQueue.create(Double.class);
                    ChildProcess looker = new ChildProcess(LookingBenchmark::list, directory.toString(), report)) {
                looker.start();
                double millis = report.get();
                looker.join();
                return millis;
            }
        }
    }

    private static void list(String directory, SharedQueue<Double> report) throws InterruptedException {
        long start = System.nanoTime();
        int code = Ipcq.run(silent(), "queue", "ls", directory);
        report.put((double) TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start) / 1000);
        if (code != 0) {
            throw new IllegalStateException("the command failed: code=" + code);
        }
    }
}
