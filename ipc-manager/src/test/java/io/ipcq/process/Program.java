// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.KillCommand;
import io.ipcq.TestJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program in a JVM of its own, with a directory of temporary files that it shares with its descendants only: by that
 * directory on their command lines they can be found, and are killed at the end, even if their parents are dead.
 */
public final class Program implements AutoCloseable {

    private static final long WATCHDOG_SECONDS = 120;

    private final Path directory;
    private final Path output;
    private final Process process;

    private Program(Path directory, Path output, Process process) {
        this.directory = directory;
        this.output = output;
        this.process = process;
    }

    public static Program start(Path directory, Class<?> main, String... arguments) throws IOException {
        // without the JVM that makes an archive beside the program, the number of processes is known
        List<String> options = List.of("-Dipcq.archive=off", "-cp", System.getProperty("java.class.path"));
        return start(directory, options, main.getName(), arguments);
    }

    /** As leader of a process group of its own, to which signals can be sent as a terminal does. */
    public static Program startAsGroup(Path directory, Class<?> main, String... arguments) throws IOException {
        List<String> options = List.of("-Dipcq.archive=off", "-cp", System.getProperty("java.class.path"));
        // execs: the process is this one
        return start(directory, List.of("setsid"), Map.of(), options, main.getName(), arguments);
    }

    public static Program start(Path directory, List<String> options, String main, String... arguments)
            throws IOException {
        return start(directory, Map.of(), options, main, arguments);
    }

    /** @param environment what is added to the environment */
    public static Program start(
            Path directory, Map<String, String> environment, List<String> options, String main, String... arguments)
            throws IOException {
        return start(directory, List.of(), environment, options, main, arguments);
    }

    /** @param wrapper what executes the command: the command's words are its last arguments */
    public static Program start(
            Path directory,
            List<String> wrapper,
            Map<String, String> environment,
            List<String> options,
            String main,
            String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(wrapper);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(TestJvm.COMPILERS);
        command.add("-Djava.io.tmpdir=" + directory);
        command.addAll(options);
        command.add(main);
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, "output-", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(new File("/dev/null"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        return new Program(directory, output, process);
    }

    /** What it and its descendants printed so far. */
    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            return e.toString();
        }
    }

    public int exitCode() throws InterruptedException {
        if (!process.waitFor(WATCHDOG_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("program does not end, its output: " + output());
        }
        return process.exitValue();
    }

    public long pid() {
        return process.pid();
    }

    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    public void terminate() {
        process.destroy();
    }

    /** Whether this JVM, and so all that it starts, ignores a signal: SIGINT, if a script runs it in the background. */
    public static boolean isIgnored(int signal) throws IOException {
        String mask = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElseThrow()
                .substring("SigIgn:".length())
                .strip();
        return (Long.parseUnsignedLong(mask, 16) >> (signal - 1) & 1) == 1;
    }

    /** To all processes of a program that was started as a group. */
    public void signalGroup(String signal) throws IOException, InterruptedException {
        if (!KillCommand.send("-" + signal.substring("SIG".length()), -process.pid())) {
            throw new AssertionError("cannot send " + signal + ", output: " + output());
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The processes that still run of those that began in this program. */
    public List<ProcessHandle> descendants() {
        return withArgument(directory.toString());
    }

    /** The run directories of parents in this program's directory. */
    public List<Path> runDirectories() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("ipcq-process-"))
                    .toList();
        }
    }

    private static List<ProcessHandle> withArgument(String text) {
        return ProcessHandle.allProcesses()
                .filter(handle -> handle.pid() != ProcessHandle.current().pid())
                .filter(handle -> commandLine(handle).contains(text))
                .toList();
    }

    static String commandLine(ProcessHandle handle) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(handle.pid()), "cmdline"));
        } catch (IOException noProcFileSystem) {
            return handle.info().commandLine().orElse("");
        }
    }

    @Override
    public void close() {
        kill();
        descendants().forEach(ProcessHandle::destroyForcibly);
    }
}
