// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.pool;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The ceiling: threads of this JVM, which need no encoding and no other process. */
final class ThreadPool {

    private ThreadPool() {}

    static double apply() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(PoolLoad.WORKERS);
        try {
            return PoolLoad.medianMicros(
                    () -> pool.submit(() -> PoolLoad.increment(1)).get());
        } finally {
            pool.shutdown();
        }
    }

    static double tasks() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(PoolLoad.WORKERS);
        try {
            return PoolLoad.rate(number -> pool.submit(() -> PoolLoad.increment(number)));
        } finally {
            pool.shutdown();
        }
    }
}
