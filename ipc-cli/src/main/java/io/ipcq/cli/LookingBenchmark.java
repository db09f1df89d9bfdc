// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.benchmarks.Rounds;
import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Rounds.Pair;
import io.ipcq.benchmarks.Row;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.benchmarks.Turns;
import io.ipcq.observe.StallRules;
import io.ipcq.pool.PoolRules;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.Output;
import io.ipcq.process.SerializableBiConsumer;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import jdk.jfr.Recording;

/** What it costs to be looked at, and to look. */
final class LookingBenchmark {

    private static final int QUEUES = 10_000;
    private static final double BAR_MILLIS = 200;
    private static final int LOOKS = 5;
    private static final int RING_BYTES = 1 << 20;
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    /** Some looks of {@code top}, which is at it once a second. */
    private static final Duration TURN = Duration.ofSeconds(3);

    private LookingBenchmark() {}

    static void run(int rounds, Consumer<Row> rows) throws Exception {
        rows.accept(watched(rounds));
        rows.accept(recorded(rounds));
        UnrecordedBenchmark.run(rounds, rows);
        rows.accept(below("looking.list.10000", rounds, LookingBenchmark::list));
        rows.accept(below("looking.top.10000", rounds, LookingBenchmark::refreshTop));
        rows.accept(below("looking.page.10000", rounds, LookingBenchmark::refreshPage));
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
            UnrecordedBenchmark.putAndGet(queue, WARM_UP);
            report.put(UnrecordedBenchmark.putAndGet(queue, TURN));
            try (Recording recording = new Recording()) {
                recording.start();
                UnrecordedBenchmark.putAndGet(queue, TURN); // classes of events are loaded
                report.put(UnrecordedBenchmark.putAndGet(queue, TURN));
            }
            report.put(UnrecordedBenchmark.putAndGet(queue, TURN));
        }
    }

    private static Row below(String row, int rounds, SerializableBiConsumer<String, SharedQueue<Double>> list)
            throws Exception {
        return Rounds.below(row, "ms", BAR_MILLIS, rounds, () -> millis(list));
    }

    /** What a new JVM says that it has needed for a list of many queues. */
    private static double millis(SerializableBiConsumer<String, SharedQueue<Double>> list) throws Exception {
        try (Scratch scratch = new Scratch()) {
            Path directory = Files.createDirectory(scratch.resolve("queues"));
            for (int i = 0; i < QUEUES; i++) {
                SharedQueue.builder(byte[].class)
                        .capacityBytes(4096)
                        .create(directory.resolve("queue-" + i))
                        .close();
            }
            try (SharedQueue<Double> report = SharedQueue.create(Double.class);
                    ChildProcess looker = new ChildProcess(list, directory.toString(), report)) {
                looker.start();
                double millis = report.get();
                looker.join();
                return millis;
            }
        }
    }

    /** The command, in a JVM that has done nothing before it; the start of that is not in it. */
    private static void list(String directory, SharedQueue<Double> report) throws InterruptedException {
        long start = System.nanoTime();
        int code = Ipcq.run(silent(), "queue", "ls", directory);
        report.put(millisSince(start));
        if (code != 0) {
            throw new IllegalStateException("the command failed: code=" + code);
        }
    }

    private static double millisSince(long start) {
        return (double) TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start) / 1000;
    }

    /** One of the looks that {@code top} takes again and again, after some. */
    private static void refreshTop(String directory, SharedQueue<Double> report) throws Exception {
        WebQueues queues = queues(directory);
        try (TopSampler top = queues.sampler(nothingBeside(directory))) {
            report.put(later(top::next));
        }
    }

    /** The same of the page. */
    private static void refreshPage(String directory, SharedQueue<Double> report) throws Exception {
        WebQueues queues = queues(directory);
        try (TopSampler top = queues.sampler(nothingBeside(directory))) {
            report.put(later(() -> List.of(top.next(), queues.rows())));
        }
    }

    private static WebQueues queues(String directory) {
        return new WebQueues(List.of(new QueueName(Path.of(directory))), new StallRules(StallRules.PATIENCE));
    }

    /** No pool, and no manager. */
    private static Surroundings nothingBeside(String directory) {
        return new Surroundings(
                new PoolPlace(Path.of(directory).resolveSibling("")), new PoolRules(PoolRules.PATIENCE), List.of());
    }

    private static double later(Callable<?> look) throws Exception {
        double[] millis = new double[LOOKS];
        for (int i = 0; i < 2 * LOOKS; i++) {
            long start = System.nanoTime();
            look.call();
            millis[i % LOOKS] = millisSince(start);
        }
        return Rounds.median(millis);
    }
}
