// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.Quantity;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes all there is when it begins: with others who put, there may be no end. */
@Command(name = "drain", description = "Takes the elements that there are when it begins, and prints them.")
final class QueueDrain implements Callable<Integer> {

    @Parameters(paramLabel = "QUEUE", description = "Its directory, or its address.")
    @SuppressWarnings("NullAway.Init") // picocli
    private QueueName queue;

    @Mixin
    private QueueAccess access = new QueueAccess();

    @Mixin
    private Consent consent = new Consent();

    @ArgGroup
    private QueueGet.Form form = new QueueGet.Form();

    @Mixin
    private Quiet quiet = new Quiet();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Screen screen = Screen.of(spec);
        try (SharedQueue<byte[]> opened = access.open(queue)) {
            long most = opened.qsize();
            if (!consent.isGiven(spec, "takes " + Quantity.count(most, "element") + " out of " + queue)) {
                return ExitCode.SOFTWARE;
            }
            ElementPrinter printer = new ElementPrinter(screen, opened.codecId(), form.json());
            Consumer<byte[]> print = form.raw() ? screen::raw : printer::print;
            ElementTaker<byte[]> taker = new ElementTaker<>(opened, print.andThen(element -> screen.flush()));
            long taken = 0;
            try (CommandProgress progress = quiet.begin(spec, form.json(), most, "elements taken")) {
                while (taken < most && taker.next(Duration.ZERO)) {
                    taken++;
                    progress.step();
                }
            }
            screen.note("taken: " + taken);
        }
        return ExitCode.OK;
    }
}
