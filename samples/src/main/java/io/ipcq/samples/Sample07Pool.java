// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.pool.ProcessPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Question: how do three processes work through ten tasks, and how does the program wait for all of them?
 *
 * <p>Command: {@code ./ipcq demo workers}
 *
 * <p>Expected output, with other numbers and in another order between the two lines; then once more, one after another:
 *
 * <pre>
 * ----start----
 * [pool-1-worker-1] 0 begins, its process is 4711
 * [pool-1-worker-2] 1 begins, its process is 4712
 * [pool-1-worker-1] 0 is done, it took 0.31 s
 * ...
 * -----end-----
 * </pre>
 */
public final class Sample07Pool {

    private static final int WORKERS = 3;
    private static final int TASKS = 10;
    private static final int LONGEST_PAUSE_MILLIS = 500;

    private Sample07Pool() {}

    public static void main(String[] args) throws Exception {
        // runAsync only submits; close waits for what was submitted
        System.out.println("----start----");
        List<Future<?>> tasks = new ArrayList<>();
        try (ProcessPool pool = ProcessPool.create(WORKERS)) {
            for (int i = 0; i < TASKS; i++) {
                tasks.add(pool.runAsync(Sample07Pool::work, i));
            }
        }
        for (Future<?> task : tasks) {
            task.get(); // done by now; throws if it failed, or its worker died
        }
        System.out.println("-----end-----");

        // apply waits for its result, so here one task follows the other
        try (ProcessPool pool = ProcessPool.create(WORKERS)) {
            for (int i = 0; i < WORKERS; i++) {
                System.out.println("the answer to " + i + " is " + pool.apply(Sample07Pool::square, i));
            }
        }
    }

    static void work(int message) throws InterruptedException {
        long start = System.nanoTime();
        System.out.println(
                message + " begins, its process is " + ProcessHandle.current().pid());
        Thread.sleep(ThreadLocalRandom.current().nextInt(LONGEST_PAUSE_MILLIS));
        System.out.printf("%d is done, it took %.2f s%n", message, (System.nanoTime() - start) / 1e9);
    }

    static int square(int number) {
        return number * number;
    }
}
