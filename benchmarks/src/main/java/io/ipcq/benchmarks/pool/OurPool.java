// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.pool;

import io.ipcq.pool.ProcessPool;

/** Ours. */
final class OurPool {

    private OurPool() {}

    static double apply() throws Exception {
        try (ProcessPool pool = ProcessPool.create(Load.WORKERS)) {
            return Load.medianMicros(() -> pool.apply(Load::increment, 1));
        }
    }

    static double tasks() throws Exception {
        try (ProcessPool pool = ProcessPool.create(Load.WORKERS)) {
            return Load.rate(number -> pool.applyAsync(Load::increment, number));
        }
    }
}
