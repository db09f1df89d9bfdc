// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.memory.RegionFormatException;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at queues, of either kind and of any type, while other processes use them. */
@Command(
        name = "queue",
        description = {
            "Looks at queues while other processes use them, whatever their type.",
            "Opening one repairs what dead processes left in it."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class QueueCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command?");
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    @Command(name = "ls", description = "Lists the queues below a directory; without one, those that have no path.")
    int list(@Parameters(arity = "0..1", paramLabel = "DIRECTORY") @Nullable Path parent) throws IOException {
        out().println(QueueLine.heading());
        for (Path directory : parent == null ? SharedQueue.anonymousDirectories() : directoriesBelow(parent)) {
            QueueLine line = line(directory);
            if (line != null) {
                out().println(line.text());
            }
        }
        out().flush();
        return ExitCode.OK;
    }

    private static List<Path> directoriesBelow(Path parent) throws IOException {
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.filter(Files::isDirectory).sorted().toList();
        }
    }

    /** Null if there is no queue, or none that can be opened. */
    private static @Nullable QueueLine line(Path directory) throws IOException {
        try (SharedQueue<byte[]> queue = SharedQueue.openEncoded(directory)) {
            return QueueLine.of(queue);
        } catch (RegionFormatException | NoSuchFileException none) {
            return null;
        }
    }

    @Command(name = "stat", description = "Says what a queue is, how much is in it, and who is attached.")
    int stat(
            @Parameters(paramLabel = "DIRECTORY") Path directory,
            @Option(names = "--json", description = "As one JSON object.") boolean json)
            throws IOException {
        try (SharedQueue<byte[]> queue = SharedQueue.openEncoded(directory)) {
            QueueLine line = QueueLine.of(queue);
            out().println(json ? line.json() : line.page());
            out().flush();
        }
        return ExitCode.OK;
    }

    @Command(name = "show", description = "Prints the elements that can be taken, oldest first, without taking them.")
    int show(
            @Parameters(paramLabel = "DIRECTORY") Path directory,
            @Option(names = "-n", paramLabel = "COUNT", defaultValue = "10", description = "At most so many.")
                    int count)
            throws IOException {
        List<byte[]> shown = new ArrayList<>();
        try (SharedQueue<byte[]> queue = SharedQueue.openEncoded(directory);
                Stream<byte[]> elements = queue.stream()) {
            elements.limit(count).forEach(shown::add);
            shown.forEach(element -> out().println(EncodedText.of(queue.codecId(), element)));
        }
        out().flush();
        return ExitCode.OK;
    }

    @Command(name = "get", description = "Takes an element and prints it; exit code 3 if none came.")
    int get(
            @Parameters(paramLabel = "DIRECTORY") Path directory,
            @Option(
                            names = "--timeout",
                            paramLabel = "SECONDS",
                            defaultValue = "0",
                            description = "How long to wait for one; not at all unless given.")
                    double seconds)
            throws IOException, InterruptedException {
        try (SharedQueue<byte[]> queue = SharedQueue.openEncoded(directory)) {
            byte[] element = queue.get(Duration.ofMillis((long) (seconds * 1000)));
            if (element == null) {
                return Ipcq.NOTHING_THERE;
            }
            out().println(EncodedText.of(queue.codecId(), element));
            out().flush();
            return ExitCode.OK;
        }
    }

    @Command(name = "reopen", description = "Lets a durable queue that was shut down take elements again.")
    int reopen(@Parameters(paramLabel = "DIRECTORY") Path directory) throws IOException {
        try (DurableQueue<byte[]> queue = durable(directory)) {
            queue.reopen();
        }
        return ExitCode.OK;
    }

    @Command(
            name = "alter",
            description = {
                "Alters options of a durable queue, for every process and for good, and prints them.",
                "Without an option it only prints them."
            })
    int alter(@Parameters(paramLabel = "DIRECTORY") Path directory, @Mixin AlteredOptions altered) throws IOException {
        try (DurableQueue<byte[]> queue = durable(directory)) {
            out().println(AlteredOptions.text(queue.alter(altered::applyTo)));
            out().flush();
        }
        return ExitCode.OK;
    }

    private static DurableQueue<byte[]> durable(Path directory) throws IOException {
        SharedQueue<byte[]> queue = SharedQueue.openEncoded(directory);
        if (queue instanceof DurableQueue<byte[]> durable) {
            return durable;
        }
        queue.close();
        throw new RegionFormatException(directory, "it is a queue in memory; only a durable queue can do that");
    }

    @Command(name = "delete", description = "Deletes a queue and what is in it, for every process.")
    int delete(@Parameters(paramLabel = "DIRECTORY") Path directory) throws IOException {
        try (SharedQueue<byte[]> queue = SharedQueue.openEncoded(directory)) {
            queue.delete();
        }
        return ExitCode.OK;
    }
}
