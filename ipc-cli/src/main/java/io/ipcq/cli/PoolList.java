// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.ProcessSight;
import io.ipcq.pool.PoolView;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists pools. */
@Command(name = "ls", description = "Lists the pools of this user's programs. Changes nothing.")
final class PoolList implements Callable<Integer> {

    private static final String LINE = "%9s %-5s %-20s %7s %5s %8s %10s %7s %7s %-8s  %s";

    @Mixin
    private PoolPlace place = new PoolPlace();

    @Mixin
    private Looking looking = new Looking();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Screen screen = Screen.of(spec);
        if (!looking.json()) {
            screen.line(
                    Screen.Style.STRONG,
                    String.format(
                            LINE,
                            "PID",
                            "STATE",
                            "POOL",
                            "WORKERS",
                            "BUSY",
                            "WAITING",
                            "DONE",
                            "FAILED",
                            "CRASHES",
                            "RUNS FOR",
                            "COMMAND"));
        }
        for (PoolView pool : place.all()) {
            ProcessSight program = ProcessSight.of(pool.pid());
            if (looking.json()) {
                screen.json(PoolLine.PoolObject.class, PoolLine.object(pool, program));
            } else {
                boolean isStopped = program != null && program.isStopped();
                screen.line(isStopped ? Screen.Style.ALARM : Screen.Style.PLAIN, line(pool, program));
            }
        }
        return ExitCode.OK;
    }

    private static String line(PoolView pool, @Nullable ProcessSight program) {
        return String.format(
                Locale.ROOT,
                LINE,
                pool.pid(),
                PoolLine.state(program),
                Harmless.name(pool.name()),
                pool.stats().workers(),
                pool.stats().busy(),
                pool.stats().waiting(),
                pool.stats().succeeded() + pool.stats().failed(),
                pool.stats().failed(),
                pool.stats().crashes(),
                PoolLine.age(pool.started()),
                program == null ? "?" : Harmless.name(program.program()));
    }
}
