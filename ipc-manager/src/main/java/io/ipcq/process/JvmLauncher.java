// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.queue.SharedQueue;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts JVMs: builds the command line and runs it. */
final class JvmLauncher {
    /*
     * What a child's JVM gets, in this order, so that a later option wins:
     *   - the options that EnvironmentOptions leaves in the environment
     *   - options that keep the JVM quiet about the queues, and safepoints in counted loops, without which a child
     *     could not halt at once
     *   - options that yield to those of the environment and the user, such as a collector
     *   - options that change the meaning of the program: packages that the manifest of its jar opens, -D, assertions,
     *     preview features, opened and added modules. Options that size or observe the parent are not passed on: heap,
     *     collector, agents, debugger, remote management (its port is taken)
     *   - the user's own options
     *   - class path and module path, ChildMain, the path of the task file; nothing of the task itself
     *
     * Everybody can read a command line. So properties, which may hold passwords, go through a file of arguments. Only
     * this user can read the file, and the child deletes it.
     */

    /** Linux allows 128 KiB in one argument, Windows 32 Ki characters in all. */
    private static final int MAX_CLASS_PATH_ARGUMENT = 16_000;

    private static final String NATIVE_ACCESS = "--enable-native-access";
    private static final String DENIED = "--illegal-native-access=deny";

    private static final List<String> PASSED_ON = List.of(
            "-D",
            "-ea",
            "-enableassertions",
            "-da",
            "-disableassertions",
            "-esa",
            "-enablesystemassertions",
            "--enable-preview",
            NATIVE_ACCESS,
            "--add-opens",
            "--add-exports",
            "--add-reads",
            "--add-modules");

    private static final List<String> KEPT_BACK = List.of("-Djdk.module.", "-Djava.class.path=", "-Dsun.java.");

    private JvmLauncher() {}

    /** Starts a child's JVM. {@code given} is the file of its task, or of the slot in which it will be given one. */
    static Process launch(Launch launch, Path given) throws IOException {
        EnvironmentOptions environment = launch.environmentOptions();
        ProcessBuilder builder = new ProcessBuilder(command(launch, environment, given));
        builder.environment().putAll(launch.environment());
        builder.environment().putAll(environment.changed());
        if (launch.directory().isPresent()) {
            builder.directory(launch.directory().get().toFile());
        } else {
            requireWorkingDirectory();
        }
        return start(
                builder,
                switch (launch.output()) {
                    case INHERIT -> ProcessBuilder.Redirect.INHERIT;
                    case PREFIXED, SLF4J -> ProcessBuilder.Redirect.PIPE;
                    case DISCARD -> ProcessBuilder.Redirect.DISCARD;
                });
    }

    /**
     * Checks the working directory. No JVM starts in a directory that was removed, and its error message does not tell
     * what to do.
     */
    private static void requireWorkingDirectory() throws IOException {
        Path here = Path.of("").toAbsolutePath();
        if (!Files.isDirectory(here)) {
            throw new NoSuchFileException(
                    here.toString(),
                    null,
                    "the working directory is gone, and a child starts there: give another one,"
                            + " builder(...).directory(path)");
        }
    }

    /** Starts a JVM that writes an archive of the classes that it loads from the jars of {@code archive}. */
    static Process launchRehearsal(ClassArchive archive, Path made) throws IOException {
        List<String> command = java(ChildJava.OWN);
        command.addAll(ClassArchive.makingOptions(made));
        command.addAll(List.of("-cp", ChildClassPath.join(archive.jars()), ChildMain.class.getName()));
        command.add(RunDirectory.current().resolve("archive" + Rehearsal.SUFFIX).toString());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment()
                .putAll(EnvironmentOptions.of(System.getenv(), Map.of(), List.of())
                        .changed());
        return start(builder, ProcessBuilder.Redirect.DISCARD);
    }

    private static Process start(ProcessBuilder builder, ProcessBuilder.Redirect output) throws IOException {
        builder.redirectInput(ProcessBuilder.Redirect.from(nullDevice()));
        return builder.redirectOutput(output).redirectError(output).start();
    }

    static List<String> command(Launch launch, EnvironmentOptions environment, Path given) throws IOException {
        List<String> command = java(launch.java());
        ClassArchive archive = archive(launch, environment);
        Path file = archive == null ? null : archive.file();
        List<Path> classPath = launch.classPath();
        if (archive != null && file != null) {
            command.addAll(ClassArchive.options(file));
            classPath = ChildClassPath.startingWith(archive.jars(), classPath);
        } else if (archive != null) {
            ArchiveMaker.makeSoon(archive, JvmLauncher::launchRehearsal);
        }
        launch.yieldingOptions().stream()
                .filter(option -> !yields(option, launch, environment))
                .forEach(command::add);
        List<String> options = Stream.concat(OwnOptions.get().inherited().stream(), launch.jvmOptions().stream())
                .toList();
        command.addAll(withPrivateOnes(options, ChildClassPath.join(classPath), given));
        command.addAll(mainClass());
        command.add(given.toString());
        return command;
    }

    /** Whether an option yields to another one of its kind. */
    private static boolean yields(String option, Launch launch, EnvironmentOptions environment) {
        return JvmOptionKind.of(option)
                .filter(kind -> kind.isAmong(launch.jvmOptions()) || kind.isAmong(environment.options()))
                .isPresent();
    }

    /**
     * The options and the class path. Properties, and a class path that is too long for a command line, go into a file.
     */
    private static List<String> withPrivateOnes(List<String> options, String classPath, Path given) throws IOException {
        List<String> hidden = new ArrayList<>();
        List<String> open = new ArrayList<>();
        for (String option : options) {
            (option.startsWith("-D") ? hidden : open).add(option);
        }
        (classPath.length() > MAX_CLASS_PATH_ARGUMENT ? hidden : open).addAll(List.of("-cp", classPath));
        if (!hidden.isEmpty()) {
            open.add(0, "@" + ArgumentsFile.write(TaskPaths.argumentsOf(given), hidden));
        }
        return open;
    }

    private static List<String> java(ChildJava java) {
        List<String> command = new ArrayList<>();
        command.add(java.executable().toString());
        command.addAll(quietOptions(java.version()));
        command.addAll(OwnOptions.get().safepointsInLoops());
        return command;
    }

    /**
     * Options that avoid warnings. If this program denies native access, its children deny it, too, except for the
     * modules that this program allows by name.
     */
    private static List<String> quietOptions(int version) {
        List<String> quiet = SharedQueue.jvmOptions(version);
        if (!OwnOptions.get().deniesNativeAccess()) {
            return quiet;
        }
        List<String> denying = new ArrayList<>(quiet);
        if (denying.removeIf(option -> option.startsWith(NATIVE_ACCESS))) { // of a version that knows both
            denying.add(DENIED);
        }
        return denying;
    }

    /** The archive for a child; null if it cannot use one. */
    private static @Nullable ClassArchive archive(Launch launch, EnvironmentOptions environment) {
        ClassArchive archive = ClassArchive.current();
        if (archive == null
                || !launch.java().isOwn()
                || launch.jvmOptions().stream().anyMatch(ClassArchive::isConcernedBy)
                || environment.options().stream().anyMatch(ClassArchive::isConcernedBy)
                || !(launch.inheritsClassPath() || launch.classPath().containsAll(archive.jars()))) {
            return null;
        }
        return archive;
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

    /**
     * Options for safepoints in counted loops. The server-class collectors have them by default. With the others, a
     * counted loop delays the end of the JVM until the loop ends.
     */
    private static List<String> safepointsInLoops() {
        return Stream.of("UseCountedLoopSafepoints", "LoopStripMiningIter").allMatch(JvmFlags::isKnown)
                ? List.of("-XX:+UseCountedLoopSafepoints", "-XX:LoopStripMiningIter=1000")
                : List.of();
    }

    private static List<String> inherited() {
        return Stream.concat(
                        MainManifest.options().stream(),
                        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                                .filter(JvmLauncher::isPassedOn))
                .toList();
    }

    private static boolean isPassedOn(String option) {
        return PASSED_ON.stream().anyMatch(option::startsWith)
                && !JvmOptionKind.OBSERVER.is(option)
                && KEPT_BACK.stream().noneMatch(option::startsWith);
    }

    /**
     * The options of this JVM. They are read once, because asking the JVM for its arguments loads many classes. If that
     * fails, the next caller tries again.
     */
    private record OwnOptions(List<String> inherited, List<String> safepointsInLoops, boolean deniesNativeAccess) {

        private static volatile @Nullable OwnOptions read;

        static OwnOptions get() {
            OwnOptions options = read;
            if (options == null) {
                options = new OwnOptions(
                        JvmLauncher.inherited(),
                        JvmLauncher.safepointsInLoops(),
                        ManagementFactory.getRuntimeMXBean().getInputArguments().contains(DENIED));
                read = options;
            }
            return options;
        }
    }
}
