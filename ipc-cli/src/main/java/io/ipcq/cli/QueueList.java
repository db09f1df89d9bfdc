// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists queues. */
@Command(
        name = "ls",
        description = {
            "Lists the queues in directories, and those that the directories are; without one, those that have no path.",
            "Changes nothing, and takes a look at each control file only."
        })
final class QueueList implements Callable<Integer> {

    @Parameters(arity = "0..*", paramLabel = "DIRECTORY", description = "Where to look.")
    private List<QueueName> places = new ArrayList<>();

    @Mixin
    private Looking looking = new Looking();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Screen screen = Screen.of(spec);
        if (!looking.json()) {
            screen.line(Screen.Style.STRONG, QueueLine.heading());
        }
        for (QueueName queue : queuesIn(places)) {
            QueueLine line = line(queue);
            if (looking.json()) {
                screen.json(QueueLine.class, line);
            } else {
                screen.line(line.style(), line.text());
            }
        }
        return ExitCode.OK;
    }

    /** The queues that are in places now, and those that the places are; without one, those that have no path. */
    static List<QueueName> queuesIn(List<QueueName> places) throws IOException {
        List<QueueName> queues = new ArrayList<>();
        if (places.isEmpty()) {
            SharedQueue.anonymousDirectories().forEach(directory -> queues.add(new QueueName(directory)));
        }
        for (QueueName place : places) {
            if (QueueView.isThere(place.directory())) {
                queues.add(place);
            } else {
                queues.addAll(below(place.directory()));
            }
        }
        return queues;
    }

    private static List<QueueName> below(Path parent) throws IOException {
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.sorted()
                    .filter(Files::isDirectory)
                    .filter(QueueView::isThere)
                    .map(QueueName::new)
                    .toList();
        }
    }

    private static QueueLine line(QueueName queue) {
        try (QueueView view = queue.look()) {
            return QueueLine.of(view, view.snapshot(), null);
        } catch (IOException | RuntimeException | InternalError e) {
            return QueueLine.damaged(queue, FailureReport.describe(e));
        }
    }
}
