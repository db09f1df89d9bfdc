// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** How much of a core a consumer uses that waits for an element. */
public final class Idle {

    private static final Duration SETTLE = Duration.ofSeconds(30);
    private static final Duration WATCH = Duration.ofSeconds(10);

    private Idle() {}

    /** In percent; closes the queue. */
    public static double consumer(SharedQueue<byte[]> empty) throws Exception {
        try (SharedQueue<byte[]> queue = empty;
                SharedQueue<Long> begun = SharedQueue.create(Long.class);
                ChildProcess consumer = new ChildProcess(Idle::waitForEver, queue, begun)) {
            consumer.start();
            begun.get();
            Thread.sleep(SETTLE.toMillis());
            long startNanos = System.nanoTime();
            long before = cpuNanos(consumer.pid());
            Thread.sleep(WATCH.toMillis());
            long used = cpuNanos(consumer.pid()) - before;
            return 100.0 * used / (System.nanoTime() - startNanos);
        }
    }

    private static void waitForEver(SharedQueue<byte[]> queue, SharedQueue<Long> begun) throws InterruptedException {
        begun.put(ChildProcess.current().pid());
        queue.get();
    }

    /** From the scheduler where it can be asked: the usual counters have steps of 10 ms, a fifth of a percent of the watch. */
    private static long cpuNanos(long pid) throws IOException {
        Path threads = Path.of("/proc", Long.toString(pid), "task");
        if (!Files.isDirectory(threads)) {
            return ProcessHandle.of(pid)
                    .flatMap(process -> process.info().totalCpuDuration())
                    .orElseThrow()
                    .toNanos();
        }
        try (Stream<Path> tasks = Files.list(threads)) {
            List<Path> all = tasks.toList();
            long nanos = 0;
            for (Path task : all) {
                String statistics = Files.readString(task.resolve("schedstat"));
                nanos += Long.parseLong(statistics.substring(0, statistics.indexOf(' ')));
            }
            return nanos;
        }
    }
}
