// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.benchmarks.Benchmark;
import io.ipcq.benchmarks.Machine;
import io.ipcq.benchmarks.Row;
import io.ipcq.benchmarks.RowPicture;
import io.ipcq.benchmarks.durable.DurableBenchmark;
import io.ipcq.benchmarks.kafka.KafkaBenchmark;
import io.ipcq.benchmarks.manager.ManagerBenchmark;
import io.ipcq.benchmarks.pool.PoolBenchmark;
import io.ipcq.benchmarks.ring.RingBenchmark;
import io.ipcq.benchmarks.ring.RingMatrix;
import io.ipcq.benchmarks.start.StartBenchmark;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures the library beside its peers. */
@Command(
        name = "bench",
        description = {
            "Measures the library beside its peers, in turns, and prints medians.",
            "ratio says how many times better ours is: bigger is better in every row."
        })
final class BenchCommand implements Callable<Integer> {

    /** What can be measured. */
    enum Group {
        RING(RingBenchmark::run, RingMatrix::run),
        DURABLE(DurableBenchmark::run),
        POOL(PoolBenchmark::run),
        START(StartBenchmark::run),
        MANAGER(ManagerBenchmark::run),
        KAFKA(KafkaBenchmark::run),
        LOOKING(LookingBenchmark::run);

        @SuppressWarnings("ImmutableEnumChecker") // a method without state
        private final Benchmark benchmark;

        @SuppressWarnings("ImmutableEnumChecker") // a method without state
        private final Benchmark whole;

        Group(Benchmark benchmark) {
            this(benchmark, benchmark);
        }

        /** @param whole measures those rows as well that have no bar */
        Group(Benchmark benchmark, Benchmark whole) {
            this.benchmark = benchmark;
            this.whole = whole;
        }

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    @Parameters(index = "0", paramLabel = "GROUP", description = "One of: ${COMPLETION-CANDIDATES}.")
    @SuppressWarnings("NullAway.Init") // picocli
    private Group group;

    @Option(names = "--json", description = "One object a line; nothing else goes to standard output.")
    private boolean json;

    @Option(
            names = "--rounds",
            paramLabel = "COUNT",
            defaultValue = "5",
            converter = Whole.Rounds.class,
            description = "Of each row; ${DEFAULT-VALUE} unless given.")
    private int rounds;

    @Option(names = "--all", description = "Also the rows without a bar; takes long.")
    private boolean all;

    @Option(names = "--svg", paramLabel = "FILE", description = "Draws the result as well.")
    private @Nullable Path picture;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter header = json ? spec.commandLine().getErr() : out;
        header.println(Machine.describe());
        String command = "ipcq bench " + group + (all ? " --all" : "") + " --rounds " + rounds;
        header.println("command: " + command + (json ? " --json" : ""));
        if (!json) {
            out.println(Row.heading());
        }
        header.flush();
        List<Row> rows = new ArrayList<>();
        Consumer<Row> print = row -> {
            rows.add(row);
            out.println(json ? row.json() : row.line());
            Screen.of(spec).flush(); // says so if it cannot be written
        };
        (all ? group.whole : group.benchmark).run(rounds, print);
        if (picture != null) {
            RowPicture.write(picture, group + ": how many times better than its peers", caption(command), rows);
        }
        return 0;
    }

    private static String caption(String command) throws InterruptedException {
        return Machine.describe() + "; " + command;
    }
}
