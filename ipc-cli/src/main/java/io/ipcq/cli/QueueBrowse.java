// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.queue.QueueView;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints elements without taking them. */
@Command(
        name = "browse",
        aliases = "show",
        description = "Prints the elements that can be taken, oldest first, without taking them. Changes nothing.")
final class QueueBrowse implements Callable<Integer> {

    @Parameters(paramLabel = "QUEUE", description = "Its directory.")
    @SuppressWarnings("NullAway.Init") // picocli
    private QueueName queue;

    @Option(
            names = "-n",
            paramLabel = "COUNT",
            converter = Count.class,
            description = "At most so many; 10 unless given.")
    private long count = 10;

    @Mixin
    private Looking looking = new Looking();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        try (QueueView view = queue.look();
                Stream<byte[]> elements = view.browse()) {
            ElementPrinter printer = new ElementPrinter(Screen.of(spec), view.codecId(), looking.json());
            elements.limit(count).forEach(printer::print);
        }
        return ExitCode.OK;
    }
}
