// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.pool;

import io.ipcq.pool.ProcessPool;
import io.ipcq.pool.WorkerCrashedException;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** From the SIGKILL of a worker that runs a task to the end of the task's future, in milliseconds; the pool goes on. */
final class Kills {

    private static final int KILLS = 10;

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private Kills() {}

    /** In ascending order. */
    static double[] millis() throws Exception {
        double[] millis = new double[KILLS];
        try (ProcessPool pool = ProcessPool.create(PoolLoad.WORKERS);
                SharedQueue<String> running = SharedQueue.create(String.class)) {
            for (int i = 0; i < KILLS; i++) {
                millis[i] = once(pool, running);
            }
        }
        Arrays.sort(millis);
        return millis;
    }

    private static double once(ProcessPool pool, SharedQueue<String> running) throws Exception {
        CompletableFuture<?> doomed = pool.runAsync(Kills::run, running);
        String pid = running.get(PATIENCE);
        if (pid == null) {
            throw new IllegalStateException("no task began: " + pool.stats());
        }
        long begin = System.nanoTime();
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
        try {
            doomed.get();
            throw new IllegalStateException("the task ended well though its worker was killed: pid=" + pid);
        } catch (ExecutionException failed) {
            if (!(failed.getCause() instanceof WorkerCrashedException)) {
                throw failed;
            }
            return (System.nanoTime() - begin) / 1e6;
        }
    }

    private static void run(SharedQueue<String> running) throws InterruptedException {
        running.put(Long.toString(ProcessHandle.current().pid()));
        Thread.sleep(PATIENCE.toMillis());
    }
}
