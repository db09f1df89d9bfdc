// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.ProcessSight;
import io.ipcq.pool.PoolView;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The live view. */
@Command(
        name = "top",
        description = {
            "Shows what goes on, again and again: queues with rates, pools with what each worker does, and what does not go on, and why.",
            "Looks at the queues that ls finds, and at all pools of this user's programs. Changes nothing."
        },
        footer = {"", "Keys: q quit, < > sort by, / filter, space pause, arrows and page keys scroll."})
final class TopCommand implements Callable<Integer> {

    private static final Duration SHORTEST = Duration.ofMillis(50);

    @Option(names = "--once", description = "Looks twice, prints what there is, and ends: for scripts.")
    private boolean once;

    @Option(
            names = "--iterations",
            paramLabel = "COUNT",
            converter = Count.class,
            description = "Prints so many times, one after the other, and ends: for scripts.")
    private @Nullable Long iterations;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "From one look to the next; 1 unless given.")
    private Duration interval = Duration.ofSeconds(1);

    @Option(names = "--sort", paramLabel = "COLUMN", description = "One of: ${COMPLETION-CANDIDATES}.")
    private TopView.Sorting sorting = TopView.Sorting.QUEUE;

    @Option(names = "--filter", paramLabel = "TEXT", description = "Only what has this in its name.")
    private String filter = "";

    @Mixin
    private Overview overview = new Overview();

    @Mixin
    private Looking looking = new Looking();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (interval.compareTo(SHORTEST) < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--interval must be 0.05 at least: interval=" + interval.toMillis() + " ms");
        }
        Screen screen = Screen.of(spec);
        TopView view = new TopView(sorting, filter);
        try (TopSampler sampler = new TopSampler(overview.places(), overview.rules(), overview.surroundings(spec))) {
            boolean forScripts = once || iterations != null || looking.json();
            if (!forScripts && screen.terminal().in() && screen.terminal().out()) {
                TopScreen.show(sampler, view, interval, screen.terminal().hasColours());
            } else {
                Long given = iterations;
                print(sampler, view, given == null ? once || looking.json() ? 1 : Long.MAX_VALUE : given);
            }
        }
        return ExitCode.OK;
    }

    /** The first look has no rates, so it is not printed. */
    private void print(TopSampler sampler, TopView view, long times) throws IOException, InterruptedException {
        Screen screen = Screen.of(spec);
        sampler.next();
        for (long i = 0; i < times; i++) {
            TimeUnit.MILLISECONDS.sleep(interval.toMillis());
            TopSample sample = sampler.next();
            if (looking.json()) {
                printObjects(screen, sample);
            } else {
                view.body(sample).forEach(line -> screen.line(line.style(), line.text()));
            }
            screen.flush();
        }
    }

    private static void printObjects(Screen screen, TopSample sample) {
        sample.queues().forEach(row -> screen.json(TopRow.class, row));
        for (PoolView pool : sample.around().pools()) {
            screen.json(PoolLine.PoolObject.class, PoolLine.object(pool, ProcessSight.of(pool.pid())));
            pool.workers().forEach(worker -> screen.json(PoolLine.WorkerObject.class, PoolLine.object(pool, worker)));
        }
        sample.around().poolStalls().forEach(stall -> screen.json(TopRow.Reason.class, stall));
        sample.around().managers().forEach(manager -> screen.json(ManagerSight.class, manager));
    }
}
