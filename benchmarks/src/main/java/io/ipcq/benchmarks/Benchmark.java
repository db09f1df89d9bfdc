// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import java.util.function.Consumer;

/** A group of rows of {@code ./ipcq bench}. */
@FunctionalInterface
public interface Benchmark {

    /** Measures one row after another, each so many rounds, and hands it over when it is there. */
    void run(int rounds, Consumer<Row> rows) throws Exception;
}
