// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.start;

import io.ipcq.benchmarks.Rounds;
import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Row;
import java.util.function.Consumer;

/** The rows of {@code ./ipcq bench start}. */
public final class StartBenchmark {

    private static final String UNIT = "ms";

    private StartBenchmark() {}

    /** Measures one row after another, and hands each over when it is there. */
    public static void run(int rounds, Consumer<Row> rows) throws Exception {
        Starting.warmUp();
        rows.accept(
                Rounds.compare("start.child", "jvm", UNIT, Better.LOWER, rounds, Starting::child, Starting::bareJvm));
        if (PythonFork.isThere()) {
            rows.accept(Rounds.compare(
                    "start.standby", "python-fork", UNIT, Better.LOWER, rounds, Handing::over, PythonFork::fork));
        } else {
            System.err.println("start.standby is left out: there is no python3 on the PATH to compare with");
        }
    }
}
