// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists queues. */
@Command(
        name = "ls",
        description = {
            "Lists the queues in directories, and those that the directories are; without one, those that have no path.",
            "Changes nothing, and takes a look at each control file only."
        })
final class QueueList implements Callable<Integer> {

    @Mixin
    private QueuePlaces places = new QueuePlaces();

    @Mixin
    private Looking looking = new Looking();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Screen screen = Screen.of(spec);
        List<QueueLine> lines = places.lines(); // no heading over a refusal
        if (!looking.json()) {
            screen.line(Screen.Style.STRONG, QueueLine.heading());
        }
        for (QueueLine line : lines) {
            if (looking.json()) {
                screen.json(QueueLine.class, line);
            } else {
                screen.line(line.style(), line.text());
            }
        }
        return ExitCode.OK;
    }
}
