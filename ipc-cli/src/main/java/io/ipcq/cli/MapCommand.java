// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.memory.AtExit;
import io.ipcq.observe.Quantity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a command for each line of the standard input. */
@Command(
        name = "map",
        description = {
            "Runs a command for each line of the standard input, several at a time, and prints what they print.",
            "In its arguments {} stands for the line, {#} for its number; without either the line is the last argument.",
            "There is no shell: nothing in a line is obeyed. The command's own standard input is empty.",
            "With --job a run that was killed goes on where it was, when it is called again: what was done is printed from there,",
            "the standard input is not read again, and at most what was running when it was killed runs twice.",
            "The exit code is 1 if a command failed."
        },
        footer = {"", "ls *.wav | ipcq map --workers 4 --retries 2 --job convert -- flac --silent {}"})
final class MapCommand implements Callable<Integer> {

    private static final long LOOK_MILLIS = 50;

    /** What they have started would outlive this program if that is ended by a signal. */
    private static final AtExit<List<MapWorker>> RUNNING = new AtExit<>("ipcq-map-end", MapCommand::stop);

    @Option(
            names = {"-w", "--workers"},
            paramLabel = "COUNT",
            converter = Whole.Workers.class,
            description = "How many commands run at a time; as many as there are processors unless given.")
    private int workers = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--retries",
            paramLabel = "COUNT",
            converter = Whole.Retries.class,
            description = "How often one that fails is run again; 0 unless given.")
    private int retries;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "Kills a command after so long; never unless given.")
    private @Nullable Duration timeout;

    @Option(names = "--order", description = "Prints in the order of the lines, and not as they come.")
    private boolean ordered;

    @Option(
            names = "--job",
            paramLabel = "DIRECTORY",
            description = "Where lines and results are kept, to go on after a kill.")
    private @Nullable Path jobDirectory;

    @Mixin
    private Looking looking = new Looking();

    @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "What to run, and its arguments, after --.")
    private List<String> command = new ArrayList<>();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Screen screen = Screen.of(spec);
        try (MapJob job = MapJob.open(jobDirectory)) {
            if (job.isBegun()) {
                job.resume(command);
                screen.note("goes on with " + Harmless.name(job.directory().toString()) + ": "
                        + job.results().qsize() + " of " + Quantity.count(job.size(), "input") + " done");
            } else {
                job.load(command, screen.in());
            }
            MapPrinter printer = new MapPrinter(job, screen, ordered, looking.json());
            work(job, printer);
            printer.listFailures();
            screen.note("done: " + printer.done() + ", failed: " + printer.failed());
            long lost = job.size() - printer.done();
            if (lost > 0) {
                screen.note("lost: " + Quantity.count(lost, "input") + " without a result");
            }
            return printer.failed() == 0 && lost <= 0 ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private void work(MapJob job, MapPrinter printer) throws InterruptedException {
        AtomicInteger running = new AtomicInteger();
        List<MapWorker> all = Stream.generate(() -> new MapWorker(job, command, retries, timeout, running))
                .limit(workers)
                .toList();
        List<Thread> threads = new ArrayList<>();
        if (!RUNNING.add(all)) {
            return; // this program is ended already, and nobody would end what is begun now
        }
        try (MapProgress progress = new MapProgress(Screen.of(spec), job.size())) {
            for (MapWorker worker : all) {
                Thread thread = new Thread(worker, "ipcq-map-" + (threads.size() + 1));
                thread.start();
                threads.add(thread);
            }
            while (threads.stream().anyMatch(Thread::isAlive)) {
                printer.printNew();
                progress.show(printer.done(), printer.failed(), running.get());
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                requireWorking(all);
            }
            printer.printNew();
            requireWorking(all);
        } finally {
            stop(all);
            for (Thread thread : threads) {
                thread.join();
            }
            RUNNING.remove(all);
        }
    }

    private static void stop(List<MapWorker> all) {
        all.forEach(MapWorker::beginNothing);
        all.forEach(MapWorker::stop);
    }

    /** One that cannot work is a matter of the disk, or of this program: then the others would fail as well. */
    private static void requireWorking(List<MapWorker> all) {
        for (MapWorker worker : all) {
            Throwable failure = worker.failure();
            if (failure != null) {
                throw new IllegalStateException("a worker failed: " + FailureReport.describe(failure), failure);
            }
        }
    }
}
