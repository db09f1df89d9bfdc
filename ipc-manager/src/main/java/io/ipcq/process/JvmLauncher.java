// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.ipcq.queue.SharedQueue;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Starts JVMs: builds the command line and runs it. */
final class JvmLauncher {
    /*
     * What a child's JVM gets, in this order, so that a later option wins:
     *   - what keeps the JVM quiet about the queues, and safepoints in counted loops, without which a child could not halt at once
     *   - what changes the meaning of the program: -D, assertions, preview features, opened and added modules. What sizes
     *     or observes the parent is not passed on: heap, collector, agents, debugger, remote management (its port is taken)
     *   - the user's own options
     *   - class path and module path, ChildMain, the path of the task file; nothing of the task itself
     */

    /** Linux allows 128 KiB in one argument, Windows 32 Ki characters in all. */
    private static final int MAX_CLASS_PATH_ARGUMENT = 16_000;

    private static final List<String> PASSED_ON = List.of(
            "-D",
            "-ea",
            "-enableassertions",
            "-da",
            "-disableassertions",
            "-esa",
            "-enablesystemassertions",
            "--enable-preview",
            "--enable-native-access",
            "--add-opens",
            "--add-exports",
            "--add-reads",
            "--add-modules");

    private static final List<String> KEPT_BACK =
            List.of("-Dcom.sun.management.", "-Djdk.module.", "-Djava.class.path=", "-Dsun.java.");

    private JvmLauncher() {}

    static Process launch(ChildProcess child, ChildProcessOptions options, Path task) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command(child, options, task));
        builder.environment().putAll(options.environment());
        options.directory().ifPresent(directory -> builder.directory(directory.toFile()));
        builder.redirectInput(ProcessBuilder.Redirect.from(nullDevice()));
        ProcessBuilder.Redirect output = switch (options.output()) {
            case INHERIT -> ProcessBuilder.Redirect.INHERIT;
            case PREFIXED -> ProcessBuilder.Redirect.PIPE;
            case DISCARD -> ProcessBuilder.Redirect.DISCARD;
        };
        return builder.redirectOutput(output).redirectError(output).start();
    }

    static List<String> command(ChildProcess child, ChildProcessOptions options, Path task) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", isWindows() ? "java.exe" : "java")
                .toString());
        command.addAll(SharedQueue.jvmOptions());
        command.addAll(Inherited.OPTIONS);
        command.addAll(options.jvmOptions());
        command.addAll(classPath(ChildClassPath.of(child, options), task));
        command.addAll(mainClass());
        command.add(task.toString());
        return command;
    }

    private static List<String> classPath(String classPath, Path task) throws IOException {
        if (classPath.length() <= MAX_CLASS_PATH_ARGUMENT) {
            return List.of("-cp", classPath);
        }
        Path file = RunDirectory.createFile(TaskFile.argumentsOf(task));
        Files.write(file, ChildClassPath.argumentLines(classPath));
        return List.of("@" + file);
    }

    private static List<String> mainClass() {
        Module module = ChildMain.class.getModule();
        String main = ChildMain.class.getName();
        if (!module.isNamed()) {
            return List.of(main);
        }
        List<String> arguments = new ArrayList<>(List.of("--module-path", System.getProperty("jdk.module.path", "")));
        String program = System.getProperty("jdk.module.main");
        if (program != null) {
            arguments.addAll(List.of("--add-modules", program));
        }
        arguments.addAll(List.of("-m", module.getName() + "/" + main));
        return arguments;
    }

    private static File nullDevice() {
        return new File(isWindows() ? "NUL" : "/dev/null");
    }

    private static boolean isWindows() {
        return File.separatorChar == '\\';
    }

    /** Read once: asking the JVM for its arguments loads much. */
    private static final class Inherited {

        static final List<String> OPTIONS = Stream.concat(
                        safepointsInLoops(),
                        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                                .filter(Inherited::isPassedOn))
                .toList();

        private static boolean isPassedOn(String option) {
            return PASSED_ON.stream().anyMatch(option::startsWith)
                    && KEPT_BACK.stream().noneMatch(option::startsWith);
        }

        /** What the server-class collectors do by default; with the others a counted loop delays the JVM's end to its own. */
        private static Stream<String> safepointsInLoops() {
            return Stream.of("UseCountedLoopSafepoints", "LoopStripMiningIter").allMatch(Inherited::isKnown)
                    ? Stream.of("-XX:+UseCountedLoopSafepoints", "-XX:LoopStripMiningIter=1000")
                    : Stream.empty();
        }

        private static boolean isKnown(String flag) {
            try {
                return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                                .getVMOption(flag)
                        != null;
            } catch (RuntimeException anotherJvm) {
                return false;
            }
        }
    }
}
