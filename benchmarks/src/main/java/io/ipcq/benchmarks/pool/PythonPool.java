// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.pool;

import io.ipcq.benchmarks.Python;
import java.util.Locale;

/** Pools of the {@code python3} that is installed. */
enum PythonPool {
    /** {@code multiprocessing.Pool}. */
    PYTHON,
    /** {@code concurrent.futures.ProcessPoolExecutor}. */
    EXECUTOR;

    double apply() throws Exception {
        return figure("apply");
    }

    double tasks() throws Exception {
        return figure("tasks");
    }

    /** Only of the executor: the future of the other one never ends. */
    double crash() throws Exception {
        return figure("crash");
    }

    private double figure(String what) throws Exception {
        return Python.figure(PythonPool.class, "pools.py", this, what, PoolLoad.WORKERS);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
