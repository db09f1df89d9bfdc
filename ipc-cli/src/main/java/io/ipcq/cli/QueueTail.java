// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.queue.QueueSnapshot;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.Replayed;
import java.io.IOException;
import java.util.Iterator;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the elements that were put last. */
@Command(
        name = "tail",
        description = {
            "Prints the elements that were put last, without taking them. Changes nothing.",
            "Of a durable queue also those that were taken, as long as their files are kept."
        })
final class QueueTail implements Callable<Integer> {

    /** Who looks does not let himself be woken: that would cost those who put. */
    private static final long PAUSE_MILLIS = 50;

    @Parameters(paramLabel = "QUEUE", description = "Its directory.")
    @SuppressWarnings("NullAway.Init") // picocli
    private QueueName queue;

    @Option(
            names = "-n",
            paramLabel = "COUNT",
            converter = Count.class,
            description = "At most so many; 10 unless given.")
    private long count = 10;

    @Option(
            names = {"-f", "--follow"},
            description = "Goes on with what is put from then on, until the queue is shut down or deleted, or Ctrl-C.")
    private boolean follow;

    @Mixin
    private Looking looking = new Looking();

    /** The number of the last one; -1 if there was none. */
    private long printed = -1;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Screen screen = Screen.of(spec);
        try (QueueView view = queue.look()) {
            ElementPrinter printer = new ElementPrinter(screen, view.codecId(), looking.json());
            long next = Math.max(0, view.snapshot().put() - count);
            boolean over;
            do {
                // asked first: what was put before the end is printed
                QueueSnapshot snapshot = view.snapshot();
                over = !follow || snapshot.shutdown() || snapshot.deleted();
                next = print(view, next, printer, screen);
                screen.flush();
                if (!over) {
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                }
            } while (!over);
            if (follow) {
                screen.note("the queue was shut down or deleted");
            }
        }
        return ExitCode.OK;
    }

    /** The number of the element that comes next. */
    private long print(QueueView view, long from, ElementPrinter printer, Screen screen) {
        long next = from;
        try (Stream<Replayed<byte[]>> elements = view.from(from)) {
            for (Iterator<Replayed<byte[]>> each = elements.iterator(); each.hasNext(); ) {
                Replayed<byte[]> element = each.next();
                if (printed >= 0 && element.number() > printed + 1) {
                    screen.note((element.number() - printed - 1) + " elements were taken before they could be printed");
                }
                printed = element.number();
                printer.print(element.number(), element.value());
                next = element.number() + 1;
            }
        }
        return next;
    }
}
