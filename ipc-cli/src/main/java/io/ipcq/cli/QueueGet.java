// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes elements and prints them. */
@Command(
        name = "get",
        description = {
            "Takes elements and prints them; the exit code is 3 if none came.",
            "One of a durable queue is acknowledged when it has been printed."
        })
final class QueueGet implements Callable<Integer> {

    /** How elements are printed. */
    static final class Form {
        @Option(names = "--json", description = "One JSON object a line.")
        private boolean json;

        @Option(names = "--raw", description = "The bytes as they are encoded, and nothing between them.")
        private boolean raw;

        boolean json() {
            return json;
        }

        boolean raw() {
            return raw;
        }
    }

    @Parameters(paramLabel = "QUEUE", description = "Its directory, or its address.")
    @SuppressWarnings("NullAway.Init") // picocli
    private QueueName queue;

    @Option(
            names = "-n",
            paramLabel = "COUNT",
            converter = Count.class,
            description = "At most so many; 1 unless given.")
    private long count = 1;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long to wait for each; not at all unless given.")
    private Duration timeout = Duration.ZERO;

    @ArgGroup
    private Form form = new Form();

    @Mixin
    private QueueAccess access = new QueueAccess();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Screen screen = Screen.of(spec);
        long taken = 0;
        try (SharedQueue<byte[]> opened = access.open(queue)) {
            ElementPrinter printer = new ElementPrinter(screen, opened.codecId(), form.json);
            Consumer<byte[]> print = form.raw ? screen::raw : printer::print;
            ElementTaker<byte[]> taker = new ElementTaker<>(opened, print.andThen(element -> screen.flush()));
            while (taken < count && taker.next(timeout)) {
                taken++;
            }
        }
        return taken > 0 ? ExitCode.OK : ExitCodes.NOTHING_THERE;
    }
}
