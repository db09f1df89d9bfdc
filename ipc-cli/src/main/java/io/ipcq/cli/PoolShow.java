// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.HeapSight;
import io.ipcq.observe.ProcessSight;
import io.ipcq.observe.Quantity;
import io.ipcq.observe.Stall;
import io.ipcq.pool.PoolRules;
import io.ipcq.pool.PoolView;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what the workers of a pool do. */
@Command(
        name = "show",
        description = {
            "Says what the workers of pools do, and which do not go on, and why. Changes nothing.",
            "The exit code is 5 if something does not go on."
        })
final class PoolShow implements Callable<Integer> {

    private static final String LINE = "%9s %-5s %-9s %-24s %8s %8s %8s %7s %9s  %s";

    /** A reason why something does not go on, for scripts. */
    record StallObject(String pool, String stall, String sentence) {}

    @Parameters(paramLabel = "POOL", description = "The pid of the program, or the name of a pool.")
    @SuppressWarnings("NullAway.Init") // picocli
    private String name;

    @Mixin
    private Patience patience = new Patience();

    @Mixin
    private PoolPlace place = new PoolPlace();

    @Mixin
    private Looking looking = new Looking();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PoolRules rules = patience.ofPools();
        boolean goesOn = true;
        for (PoolView pool : place.called(name)) {
            List<Stall> stalls = rules.of(pool);
            goesOn &= stalls.isEmpty();
            if (looking.json()) {
                printObjects(pool, stalls);
            } else {
                printText(pool, stalls);
            }
        }
        return goesOn ? ExitCode.OK : ExitCodes.NOT_IN_ORDER;
    }

    private void printText(PoolView pool, List<Stall> stalls) {
        Screen screen = Screen.of(spec);
        screen.line(
                Screen.Style.STRONG,
                "pool " + Harmless.name(pool.name()) + " of pid " + pool.pid()
                        + (pool.shutdown() ? ", takes no more tasks" : ""));
        screen.line(pool.stats().waiting() + " waiting, " + pool.stats().busy() + " running, "
                + pool.stats().succeeded() + " done, " + pool.stats().failed() + " failed, "
                + pool.stats().cancelled() + " cancelled, "
                + pool.stats().crashes() + " crashed; seen "
                + PoolLine.age(pool.seen()) + " ago");
        screen.line(
                Screen.Style.STRONG,
                String.format(
                        LINE, "PID", "STATE", "DOES", "WORKER", "AGE", "USUAL", "DONE", "CRASHES", "HEAP", "TASK"));
        pool.workers().forEach(worker -> printWorker(screen, worker));
        stalls.forEach(stall -> screen.line(Screen.Style.ALARM, stall.kind() + ": " + stall.sentence()));
    }

    private static void printWorker(Screen screen, PoolView.Worker worker) {
        ProcessSight process = ProcessSight.of(worker.pid());
        HeapSight heap = HeapSight.of(worker.pid());
        boolean works = worker.task() != 0;
        screen.line(
                process != null && process.isStopped() ? Screen.Style.ALARM : Screen.Style.PLAIN,
                String.format(
                        Locale.ROOT,
                        LINE,
                        worker.pid(),
                        PoolLine.state(process),
                        worker.state(),
                        Harmless.name(worker.name()),
                        works ? PoolLine.age(worker.since()) : "-",
                        worker.usual().isZero()
                                ? "-"
                                : Quantity.nanos(worker.usual().toNanos()),
                        worker.done(),
                        worker.crashes(),
                        heap == null ? "?" : Quantity.bytes(heap.usedBytes()),
                        works ? worker.task() + ", " + Harmless.name(worker.function()) : "-"));
    }

    private void printObjects(PoolView pool, List<Stall> stalls) {
        Screen screen = Screen.of(spec);
        screen.json(PoolLine.PoolObject.class, PoolLine.object(pool, ProcessSight.of(pool.pid())));
        pool.workers().forEach(worker -> screen.json(PoolLine.WorkerObject.class, PoolLine.object(pool, worker)));
        stalls.forEach(stall -> screen.json(
                StallObject.class, new StallObject(pool.name(), stall.kind().toString(), stall.sentence())));
    }
}
