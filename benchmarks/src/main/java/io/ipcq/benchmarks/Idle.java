// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** How much of a core a process uses that has nothing to do. */
public final class Idle {

    private static final Duration SETTLE = Duration.ofSeconds(30);
    private static final Duration WATCH = Duration.ofSeconds(10);

    private Idle() {}

    /** Of a consumer that waits for an element; closes the queue. */
    public static double consumer(SharedQueue<byte[]> empty) throws Exception {
        try (SharedQueue<byte[]> queue = empty;
                SharedQueue<Long> begun = SharedQueue.create(Long.class);
                ChildProcess consumer = new ChildProcess(Idle::waitForEver, queue, begun)) {
            consumer.start();
            begun.get();
            return percent(consumer.pid());
        }
    }

    /** Of a process, in percent, after a while in which it can settle. */
    public static double percent(long pid) throws Exception {
        Thread.sleep(SETTLE.toMillis());
        long startNanos = System.nanoTime();
        Map<Path, Long> before = cpuNanos(pid);
        Thread.sleep(WATCH.toMillis());
        long used = 0;
        for (Map.Entry<Path, Long> thread : cpuNanos(pid).entrySet()) {
            used += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
        }
        return 100.0 * used / (System.nanoTime() - startNanos);
    }

    private static void waitForEver(SharedQueue<byte[]> queue, SharedQueue<Long> begun) throws InterruptedException {
        begun.put(ChildProcess.current().pid());
        queue.get();
    }

    /**
     * Of each thread, as one that ends takes its time with it. From the scheduler where it can be asked: the usual
     * counters have steps of 10 ms, a tenth of a percent of the watch.
     */
    private static Map<Path, Long> cpuNanos(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid), "task");
        if (!Files.isDirectory(process)) {
            return Map.of(
                    process,
                    ProcessHandle.of(pid)
                            .flatMap(running -> running.info().totalCpuDuration())
                            .orElseThrow()
                            .toNanos());
        }
        Map<Path, Long> nanos = new HashMap<>();
        try (Stream<Path> threads = Files.list(process)) {
            for (Path thread : threads.toList()) {
                try {
                    String statistics = Files.readString(thread.resolve("schedstat"));
                    nanos.put(thread, Long.parseLong(statistics.substring(0, statistics.indexOf(' '))));
                } catch (NoSuchFileException ended) {
                    // and what it had done with it
                }
            }
        }
        return nanos;
    }
}
