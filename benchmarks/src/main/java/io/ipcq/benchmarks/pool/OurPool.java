// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.pool;

import io.ipcq.pool.ProcessPool;

/** Ours. */
final class OurPool {

    private OurPool() {}

    static double apply() throws Exception {
        try (ProcessPool pool = ProcessPool.create(PoolLoad.WORKERS)) {
            return PoolLoad.medianMicros(() -> pool.apply(PoolLoad::increment, 1));
        }
    }

    static double tasks() throws Exception {
        try (ProcessPool pool = ProcessPool.create(PoolLoad.WORKERS)) {
            return PoolLoad.rate(number -> pool.applyAsync(PoolLoad::increment, number));
        }
    }
}
