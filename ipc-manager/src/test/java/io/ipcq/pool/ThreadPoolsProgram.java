// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.OpenFiles;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes, uses and ends pools at random, whose workers are threads of this JVM, and looks whether one of them leaves a
 * descriptor; in a heap that is so large that it is never collected. Arguments: how many pools, the seed.
 */
final class ThreadPoolsProgram {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Seldom: what looking leaves on the heap must not have it collected. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private ThreadPoolsProgram() {}

    public static void main(String[] args) throws Exception {
        int pools = Integer.parseInt(args[0]);
        Random random = new Random(Long.parseLong(args[1]));
        for (int i = 0; i < pools; i++) {
            long seed = random.nextLong();
            use(new Random(seed));
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!queues().isEmpty()) { // a thread that was killed takes a moment to end
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError("left by pool " + i + ": " + queues());
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        System.out.println("pools " + pools);
    }

    private static List<String> queues() throws Exception {
        return OpenFiles.descriptors().stream()
                .filter(file -> file.contains("ipcq-queue-"))
                .toList();
    }

    private static void use(Random random) throws Exception {
        ProcessPoolBuilder builder = ProcessPool.builder()
                .workers(1 + random.nextInt(3))
                .killAfter(Duration.ofMillis(random.nextInt(20)))
                .restartBackOff(Duration.ofMillis(1), Duration.ofMillis(1));
        boolean isPassedQueue = random.nextInt(4) == 0;
        if (!isPassedQueue && random.nextInt(4) == 0) { // a worker's successor, which drops what is gone, may not come
            builder.maxTasksPerWorker(1 + random.nextInt(2));
        }
        if (random.nextInt(4) == 0) {
            builder.taskTimeout(Duration.ofMillis(1 + random.nextInt(30)));
        }
        try (ProcessPool pool = builder.create()) {
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int left = random.nextInt(8); left > 0; left--) {
                CompletableFuture<?> task = random.nextBoolean()
                        ? pool.applyAsync(LastInstant::same, left)
                        : pool.runAsync(ThreadPoolsProgram::sleep, random.nextInt(20));
                all.add(task);
                if (random.nextInt(4) == 0) {
                    LockSupport.parkNanos(random.nextInt(5_000_000));
                    task.cancel(random.nextBoolean());
                }
            }
            if (isPassedQueue) {
                try (SharedQueue<Integer> queue = SharedQueue.create(Integer.class)) {
                    all.add(pool.runAsync(ThreadPoolsProgram::put, queue));
                    LockSupport.parkNanos(random.nextInt(5_000_000));
                }
            }
            switch (random.nextInt(4)) {
                case 0 -> pool.shutdownNow();
                case 1 -> pool.resize(1 + random.nextInt(3));
                case 2 ->
                    all.forEach(task -> {
                        var unused = task.handle((value, failure) -> 0).join();
                    });
                default -> {}
            }
            if (random.nextInt(4) == 0) {
                pool.shutdownNow();
            }
        }
    }

    private static void sleep(int millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
    }

    private static void put(SharedQueue<Integer> queue) throws InterruptedException {
        queue.put(1);
    }
}
