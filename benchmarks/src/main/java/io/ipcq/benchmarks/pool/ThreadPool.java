// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.pool;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The ceiling: threads of this JVM, which need no encoding and no other process. */
final class ThreadPool {

    private ThreadPool() {}

    static double apply() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(Load.WORKERS);
        try {
            return Load.medianMicros(() -> pool.submit(() -> Load.increment(1)).get());
        } finally {
            pool.shutdown();
        }
    }

    static double tasks() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(Load.WORKERS);
        try {
            return Load.rate(number -> pool.submit(() -> Load.increment(number)));
        } finally {
            pool.shutdown();
        }
    }
}
