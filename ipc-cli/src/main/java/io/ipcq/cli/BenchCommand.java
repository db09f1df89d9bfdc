// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.benchmarks.Benchmark;
import io.ipcq.benchmarks.Machine;
import io.ipcq.benchmarks.Row;
import io.ipcq.benchmarks.durable.DurableBenchmark;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures the library beside its peers. */
@Command(
        name = "bench",
        description = {
            "Measures the library beside its peers, in turns, and prints medians.",
            "ratio says how many times better ours is: bigger is better in every row."
        },
        mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {

    /** What can be measured. */
    enum Group {
        DURABLE(DurableBenchmark::run);

        @SuppressWarnings("ImmutableEnumChecker") // a method without state
        private final Benchmark benchmark;

        Group(Benchmark benchmark) {
            this.benchmark = benchmark;
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

    @Option(names = "--rounds", defaultValue = "5", description = "Of each row; ${DEFAULT-VALUE} unless given.")
    private int rounds;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (rounds < 1) {
            throw new ParameterException(spec.commandLine(), "rounds must be positive: rounds=" + rounds);
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter header = json ? spec.commandLine().getErr() : out;
        header.println(Machine.describe());
        header.println("command: ipcq bench " + group + (json ? " --json" : "") + " --rounds " + rounds);
        if (!json) {
            out.println(Row.heading());
        }
        header.flush();
        Consumer<Row> print = row -> {
            out.println(json ? row.json() : row.line());
            out.flush();
        };
        group.benchmark.run(rounds, print);
        return 0;
    }
}
