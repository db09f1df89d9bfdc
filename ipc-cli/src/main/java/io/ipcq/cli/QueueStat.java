// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.QueueLook;
import io.ipcq.queue.QueueView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what a queue is, and how much is in it. */
@Command(
        name = "stat",
        description =
                "Says what queues are, how much is in them, and how many processes are attached. Changes nothing.")
final class QueueStat implements Callable<Integer> {

    @Parameters(arity = "1..*", paramLabel = "QUEUE", description = "Their directories.")
    private List<QueueName> queues = new ArrayList<>();

    @Mixin
    private Looking looking = new Looking();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Screen screen = Screen.of(spec);
        for (QueueName queue : queues) {
            try (QueueView view = queue.look()) {
                QueueLook look = QueueLook.at(view);
                Integer processes =
                        look.attached() == null ? null : look.attached().size();
                QueueLine line = QueueLine.of(view, look.snapshot(), processes);
                if (looking.json()) {
                    screen.json(QueueLine.class, line);
                } else {
                    line.page(screen);
                }
            }
        }
        return ExitCode.OK;
    }
}
