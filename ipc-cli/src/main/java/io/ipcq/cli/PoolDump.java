// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.memory.PrivateFiles;
import io.ipcq.observe.ProcessSight;
import io.ipcq.observe.Quantity;
import io.ipcq.pool.PoolView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints thread dumps of the workers of a pool. */
@Command(
        name = "dump",
        description = {
            "Prints thread dumps of all workers of pools, one after another. The JDK's jcmd asks each worker for it.",
            "From JDK 21 on, virtual threads follow those of the system.",
            "A worker that is stopped cannot answer, and is not asked: of that one, prints where the kernel has its threads."
        })
final class PoolDump implements Callable<Integer> {

    /** A JVM that has begun to answer is slow only where it has very many threads. */
    private static final long PATIENCE_SECONDS = 30;

    @Parameters(paramLabel = "POOL", description = "The pid of the program, or the name of a pool.")
    @SuppressWarnings("NullAway.Init") // picocli
    private String name;

    @Option(names = "--program", description = "Also of the program that the pool belongs to.")
    private boolean withProgram;

    @Mixin
    private PoolPlace place = new PoolPlace();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        boolean whole = true;
        for (PoolView pool : place.called(name)) {
            if (withProgram) {
                whole &= dump("the program of pool " + Harmless.name(pool.name()), pool.pid());
            }
            for (PoolView.Worker worker : pool.workers()) {
                String task = worker.task() == 0
                        ? "idle"
                        : "at task " + worker.task() + ", " + Harmless.name(worker.function()) + ", for "
                                + PoolLine.age(worker.since());
                whole &= dump("worker " + Harmless.name(worker.name()) + ", " + task, worker.pid());
            }
        }
        return whole ? ExitCode.OK : ExitCodes.NOT_IN_ORDER;
    }

    /** False if it did not answer. */
    private boolean dump(String title, long pid) throws IOException, InterruptedException {
        Screen screen = Screen.of(spec);
        ProcessSight process = ProcessSight.of(pid);
        screen.line(Screen.Style.STRONG, "==== pid " + pid + ": " + title);
        if (process == null || process.state() == 'Z') {
            screen.line("it has ended");
            return true;
        }
        String refusal = process.isStopped() ? "it is stopped, and cannot answer" : print(pid);
        if (refusal != null) {
            screen.line(Screen.Style.ALARM, refusal);
            printKernelThreads(pid);
        }
        screen.flush();
        return refusal == null;
    }

    /** Why there is no dump; null if there is one. */
    private @Nullable String print(long pid) throws IOException, InterruptedException {
        Answer dump = ask(pid, "Thread.print", "-l");
        if (dump.refusal() == null) {
            dump.lines().forEach(Screen.of(spec)::line);
            printVirtualThreads(pid);
        }
        return dump.refusal();
    }

    /** Those are in no dump that the JVM prints, only in one that it writes; from JDK 21 on, where there are some. */
    private void printVirtualThreads(long pid) throws IOException, InterruptedException {
        Screen screen = Screen.of(spec);
        Path directory = PrivateFiles.createRandomDirectory(PrivateFiles.temporaryDirectory(), "ipcq-dump-");
        Path file = directory.resolve("threads");
        try {
            Answer written = ask(pid, "Thread.dump_to_file", "\"" + file + "\"");
            if (written.refusal() == null && Files.exists(file)) {
                try (BufferedReader lines =
                        new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
                    VirtualThreadDump.in(lines, screen::line);
                }
            } else if (!String.valueOf(written.refusal()).contains("Unknown diagnostic command")) {
                String why = written.refusal() == null ? "there is no file: " + file : written.refusal();
                screen.line(Screen.Style.ALARM, "its virtual threads are not to be seen: " + why);
            }
        } finally {
            remove(file, directory);
        }
    }

    /** A JVM that answers too late may still write there: what is left is not worth the dumps of the others. */
    private static void remove(Path file, Path directory) {
        try {
            Files.deleteIfExists(file);
            Files.delete(directory);
        } catch (IOException stillWritten) {
            // it stays
        }
    }

    /**
     * What a JVM answers.
     *
     * @param refusal why there is no answer; null if there is one
     */
    private record Answer(List<String> lines, @Nullable String refusal) {
        Answer(String refusal) {
            this(List.of(), refusal);
        }
    }

    private static Answer ask(long pid, String... question) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return new Answer("there is no jcmd to ask it with: java.home=" + System.getProperty("java.home")
                    + "; set JAVA_HOME to a JDK");
        }
        List<String> command = new ArrayList<>(List.of(jcmd.toString(), Long.toString(pid)));
        command.addAll(List.of(question));
        Process asking = new ProcessBuilder(command).redirectErrorStream(true).start();
        asking.getOutputStream().close();
        var watch = asking.onExit()
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .whenComplete((ended, late) -> {
                    if (late != null) {
                        asking.destroyForcibly();
                    }
                });
        List<String> lines;
        try (var out = asking.inputReader()) {
            lines = out.lines().toList();
        }
        if (asking.waitFor() == 0) {
            return new Answer(lines, null);
        }
        return new Answer(
                watch.isCompletedExceptionally()
                        ? "it did not answer within " + Quantity.count(PATIENCE_SECONDS, "second")
                        : "it gave no dump: " + String.join(" ", lines));
    }

    /** Name, state and place of each thread, for which nobody has to answer. */
    private void printKernelThreads(long pid) {
        for (Path thread : threads(pid)) {
            String name = read(thread.resolve("comm"));
            String stat = read(thread.resolve("stat"));
            String place = read(thread.resolve("wchan"));
            int state = stat.lastIndexOf(')') + 2;
            if (state < stat.length() && state > 1) {
                Screen.of(spec)
                        .line("  thread " + thread.getFileName() + " " + name + ": state " + stat.charAt(state)
                                + (place.isEmpty() || place.equals("0") ? "" : ", in " + place));
            }
        }
    }

    private static List<Path> threads(long pid) {
        List<Path> threads = new ArrayList<>();
        try (var found = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            found.forEach(threads::add);
        } catch (IOException gone) {
            // it has ended
        }
        threads.sort(null);
        return threads;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException gone) {
            return "";
        }
    }
}
