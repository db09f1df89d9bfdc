// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import java.util.concurrent.Callable;

/** Something that is done again and again in one process. */
public final class Repeated {

    /**
     * The JVM compiles what opens a queue for the first thousand times; a part of that is all that fewer would measure.
     */
    private static final int WARM_UP = 2_000;

    private static final int MEASURED = 500;

    private Repeated() {}

    /** The median, in microseconds, once it is warm. */
    public static double medianMicros(Callable<?> work) throws Exception {
        double[] micros = new double[MEASURED];
        for (int i = 0; i < WARM_UP + MEASURED; i++) {
            long start = System.nanoTime();
            work.call();
            if (i >= WARM_UP) {
                micros[i - WARM_UP] = (System.nanoTime() - start) / 1e3;
            }
        }
        return Rounds.median(micros);
    }
}
