// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.ipcq.TestJvm;
import io.ipcq.pool.ProcessPool;
import io.ipcq.pool.WorkerStartException;
import io.ipcq.queue.SharedQueue;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a program has less than it is used to: everything works there, or one exception says what is missing. */
class HarshEnvironmentIT {

    private static final List<String> NO_ARCHIVE = List.of("-Dipcq.archive=off", "-XX:TieredStopAtLevel=1");

    @TempDir
    Path directory;

    /** A child, a pool and a queue. With an argument, it first removes its working directory. */
    static final class Everything {
        public static void main(String[] arguments) throws Exception {
            if (arguments.length > 0) {
                Files.delete(Path.of("").toAbsolutePath());
            }
            try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
                ChildProcess child = new ChildProcess(Everything::put, queue);
                child.startAndAwait();
                child.joinOrThrow();
                System.out.println("child put " + queue.getNow());
                try (ProcessPool pool = ProcessPool.create(1)) {
                    System.out.println("pool " + pool.map(Everything::square, List.of(1, 2, 3)));
                }
                System.out.println("works");
            } catch (Throwable failed) {
                System.out.println("refused");
                for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
                    System.out.println(cause);
                }
                System.exit(1);
            }
        }

        private static void put(SharedQueue<String> queue) throws Exception {
            queue.put("a");
        }

        private static int square(int n) {
            return n * n;
        }
    }

    private static void requireWorks(TestJvm program) {
        program.awaitLine("child put a");
        program.awaitLine("pool [1, 4, 9]");
        program.awaitLine("works");
        program.awaitSuccess();
    }

    private static void requireRefused(TestJvm program, String... words) {
        assertThat(program.exitCode()).as(program.output()).isEqualTo(1);
        assertThat(program.output()).contains("refused").contains(words);
    }

    /** Through a shell, which does something first. */
    private static List<String> after(String commands) {
        return List.of("sh", "-c", commands + " && exec \"$0\" \"$@\"");
    }

    private static void assumeCanRun(List<String> wrapper) throws InterruptedException {
        List<String> command = new ArrayList<>(wrapper);
        command.add("true");
        boolean can;
        try {
            can = new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException notThere) {
            can = false;
        }
        assumeThat(can).as("can run %s", wrapper).isTrue();
    }

    // ---- files ------------------------------------------------------------------------------------------------------

    @Test
    void shouldSayThatWorkingDirectoryIsGone() throws Exception {
        Path here = Files.createDirectory(directory.resolve("here"));
        try (TestJvm program = TestJvm.startThrough(after("cd " + here), NO_ARCHIVE, Everything.class, "remove")) {
            requireRefused(program, "the working directory is gone", here.toString(), "directory(");
        }
    }

    private static List<String> readOnly() throws InterruptedException {
        List<String> wrapper = new ArrayList<>(List.of("unshare", "--mount"));
        wrapper.addAll(after("mount -t tmpfs -o size=64m tmpfs /dev/shm && mount --rbind / /mnt"
                + " && mount -o remount,bind,ro /mnt && cd /mnt && pivot_root . mnt"));
        return wrapper;
    }

    @Test
    void shouldSayWhatToDoWhereEverythingIsReadOnly() throws Exception {
        assumeCanRun(readOnly());
        try (TestJvm program = TestJvm.startThrough(readOnly(), NO_ARCHIVE, Everything.class)) {
            requireRefused(program, "java.io.tmpdir=/tmp", "-Djava.io.tmpdir=");
        }
    }

    @Test
    void shouldWorkWhereOnlySharedMemoryCanBeWritten() throws Exception {
        assumeCanRun(readOnly());
        try (TestJvm program =
                TestJvm.startThrough(readOnly(), List.of("-Djava.io.tmpdir=/dev/shm"), Everything.class)) {
            requireWorks(program);
        }
    }

    static final class PoolAlone {
        public static void main(String[] arguments) throws Exception {
            try (ProcessPool pool = ProcessPool.create(1)) {
                pool.apply(Everything::square, 3);
            } catch (WorkerStartException failed) {
                System.out.println(failed);
            }
            System.out.println("closed");
        }
    }

    @Test
    void shouldFailTasksOfPoolThatHasNoTemporaryDirectory() {
        List<String> options = List.of("-Dipcq.archive=off", "-Djava.io.tmpdir=/sys");
        try (TestJvm program = TestJvm.start(options, PoolAlone.class)) {
            assertThat(program.awaitLine(WorkerStartException.class.getName())).contains("java.io.tmpdir=/sys");
            program.awaitLine("closed");
            program.awaitSuccess();
        }
    }

    /**
     * As programs are deployed: in jars, and no more of them than are needed. For each class in a directory the JDK
     * opens a file, and then even what this library does about a failure may be missing.
     */
    @ParameterizedTest
    @ValueSource(ints = {28, 36, 64})
    void shouldWorkOrSayThatThereAreFewDescriptors(int descriptors) throws Exception {
        List<String> entries = new ArrayList<>(List.of(
                Jars.jar(directory, "tests", Everything.class, "io/ipcq"),
                Jars.jar(directory, "tools", TestJvm.class, "io/ipcq"),
                Jars.jar(directory, "io.ipcq.manager", ChildProcess.class, "io/ipcq"),
                Jars.jar(directory, "io.ipcq.shared", SharedQueue.class, "io/ipcq")));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (entry.matches(".*(chronicle|posix|affinity|jackson|jffi|slf4j|jspecify).*[.]jar")) {
                entries.add(entry);
            }
        }
        List<String> options = Stream.concat(
                        NO_ARCHIVE.stream(), Stream.of("-cp", String.join(File.pathSeparator, entries)))
                .toList();
        try (TestJvm program = TestJvm.startThrough(after("ulimit -n " + descriptors), options, Everything.class)) {
            if (program.exitCode() == 0) {
                requireWorks(program);
            } else {
                requireRefused(program, "Too many open files");
            }
        }
    }

    // ---- somebody else ----------------------------------------------------------------------------------------------

    /** What the program needs, where everybody may read it. */
    private String readableClassPath() throws IOException {
        Path readable = Files.createDirectory(directory.resolve("readable"));
        for (Path path : List.of(directory, readable)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (!entry.matches(".*(jazzer|guava|archunit|byteman).*")) {
                Path copy = readable.resolve(entries.size() + (Files.isDirectory(Path.of(entry)) ? "" : ".jar"));
                copy(Path.of(entry), copy);
                entries.add(copy.toString());
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.copy(file, file.equals(from) ? to : copy);
                Files.setPosixFilePermissions(
                        file.equals(from) ? to : copy, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    @Test
    void shouldWorkForUserWithoutHome() throws Exception {
        List<String> nobody = List.of(
                "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "-i", "PATH=/usr/bin:/bin");
        assumeCanRun(nobody);
        try (TestJvm program = TestJvm.startThrough(
                Stream.concat(nobody.stream(), after("cd /").stream()).toList(),
                List.of("-cp", readableClassPath()),
                Everything.class)) {
            requireWorks(program);
        }
    }

    // ---- under a build ----------------------------------------------------------------------------------------------

    /**
     * As Surefire starts a JVM: an agent that measures, and a jar that names all others. Children, workers and what a
     * manager starts have the agent that they are given, and write to the same file.
     */
    @Test
    void shouldWorkUnderMeasuringAgent() throws Exception {
        String agent = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> entry.contains("org.jacoco.agent"))
                .findFirst()
                .orElseThrow();
        Path measured = directory.resolve("jacoco.exec");
        String option = "-javaagent:" + agent + "=destfile=" + measured + ",append=true";
        List<String> options =
                List.of(option, "-cp", Jars.manifestOnly(directory).toString());
        try (TestJvm program = TestJvm.start(options, Everything.class)) {
            requireWorks(program);
        }
        assertThat(Files.readString(measured, StandardCharsets.ISO_8859_1))
                .contains("io/ipcq/process/ChildProcess")
                .doesNotContain("io/ipcq/process/ChildMain");
        List<String> withChildren = Stream.concat(options.stream(), Stream.of("-Dipcq.child.jvmOptions=" + option))
                .toList();
        try (TestJvm program = TestJvm.start(withChildren, Everything.class)) {
            requireWorks(program);
        }
        assertThat(Files.readString(measured, StandardCharsets.ISO_8859_1))
                .contains("io/ipcq/process/ChildMain", "io/ipcq/pool/WorkerMain");
    }
}
