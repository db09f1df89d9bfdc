// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The launcher script by each shell that may be {@code /bin/sh} somewhere, in a clone where all is built, with a
 * {@code java} that does what a test wants instead of making the archive of classes.
 */
@DisabledOnOs(OS.WINDOWS)
@Tag("once")
class LauncherTest {

    private static final String MAKES_IT = "echo classes >\"$made\"";
    private static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

    private static final String JAVA = """
            #!/bin/sh
            for word; do
                case $word in
                    *.LaunchOptions) echo -Dan.option=1; echo --add-opens=a=b; exit ;;
                    -XX:ArchiveClassesAtExit=*) made=${word#*=}; eval "$MAKE"; exit ;;
                esac
            done
            echo "ran $*"
            """;

    @TempDir
    Path root;

    private Path launch;
    private Path jar;

    static Stream<List<String>> shells() {
        return Stream.of(List.of("sh"), List.of("bash", "--posix")).filter(shell -> works(shell, "-c", ":"));
    }

    private static List<String> words(List<String> first, String... others) {
        List<String> words = new ArrayList<>(first);
        words.addAll(List.of(others));
        return words;
    }

    private static boolean works(List<String> program, String... arguments) {
        try {
            return new ProcessBuilder(words(program, arguments)).start().waitFor() == 0;
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void makeClone() throws Exception {
        permit(root, "rwxr-xr-x");
        Files.copy(Path.of("../ipcq"), root.resolve("ipcq"));
        Files.createFile(root.resolve("pom.xml"));
        Files.createDirectories(root.resolve("ipc-cli/src/main"));
        Files.createFile(root.resolve("ipc-cli/pom.xml"));
        Path target = Files.createDirectories(root.resolve("ipc-cli/target"));
        Files.createDirectory(target.resolve("lib"));
        jar = Files.writeString(target.resolve("ipc-cli.jar"), "a jar");
        launch = Files.createDirectory(target.resolve("launch"));
        Files.createDirectories(root.resolve("jdk/bin"));
        permit(Files.writeString(root.resolve("jdk/bin/java"), JAVA), "rwxr-xr-x");
        release("17.0.1");
        Files.createFile(target.resolve("built"));
    }

    private static void permit(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private void release(String version) throws IOException {
        Files.writeString(root.resolve("jdk/release"), "JAVA_VERSION=\"" + version + "\"\n");
    }

    private CommandRun run(List<String> shell, String make, String... arguments) throws Exception {
        List<String> script = words(shell, root.resolve("ipcq").toString());
        ProcessBuilder builder = new ProcessBuilder(words(script, arguments));
        builder.environment().put("JAVA_HOME", root.resolve("jdk").toString());
        builder.environment().put("MAKE", make);
        Path err = Files.createTempFile(root, "err", "");
        Process process = builder.redirectError(err.toFile()).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new CommandRun(process.waitFor(), out, Files.readString(err));
    }

    private void assertRuns(List<String> shell, String make, String... arguments) throws Exception {
        CommandRun run = run(shell, make, arguments).endsWith(0);
        assertThat(run.out())
                .startsWith("ran -Dan.option=1")
                .contains("io.ipcq.cli.Ipcq " + String.join(" ", arguments));
        assertThat(run.err()).isEmpty();
    }

    private List<Path> kept(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(launch)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    private static long bytes(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void age(Path file, Duration age) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }

    @ParameterizedTest
    @MethodSource("shells")
    void shouldMakeOneArchiveForAllCommands(List<String> shell) throws Exception {
        assertRuns(shell, MAKES_IT, "doctor");
        assertThat(kept("")).hasSize(2);
        assertThat(kept(".jsa"))
                .singleElement()
                .satisfies(file -> assertThat(file).hasContent("classes"));
        CommandRun second = run(shell, "echo again >\"$made\"", "doctor").endsWith(0);
        assertThat(second.out())
                .contains("-XX:SharedArchiveFile=" + kept(".jsa").get(0));
        assertThat(kept(".jsa"))
                .singleElement()
                .satisfies(file -> assertThat(file).hasContent("classes"));
        assertThat(kept("")).hasSize(2);
    }

    /** A JVM that gets SIGINT exits with a code, and is not killed by the signal. */
    @ParameterizedTest
    @MethodSource("shells")
    void shouldEndWithJvmThatASignalEnds(List<String> shell) throws Exception {
        for (String make : List.of("kill -INT $PPID; exit 130", "exit 130", "kill $PPID; exit 143", "exit 143")) {
            CommandRun run = run(shell, MAKES_IT + "; " + make, "map", "--", "rm");
            assertThat(run.out()).as(make).isEmpty();
            run.endsWith(make.contains("130") ? 130 : 143);
            assertThat(kept("")).as(make).hasSize(1).isEqualTo(kept(".args"));
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void shouldDoWithoutArchiveWhereItCannotBeWritten(List<String> shell) throws Exception {
        assertRunsInReadOnlyClone(shell); // not even the options
        permit(launch, "rwxr-xr-x");
        assertRuns(shell, MAKES_IT, "doctor");
        age(kept(".jsa").get(0), Duration.ofDays(1));
        assertRunsInReadOnlyClone(shell); // the jar is newer
        permit(launch, "rwxr-xr-x");
        Files.delete(kept(".jsa").get(0));
        assertRunsInReadOnlyClone(shell);
        permit(launch, "rwxr-xr-x");
    }

    private void assertRunsInReadOnlyClone(List<String> shell) throws Exception {
        permit(launch, "r-xr-xr-x");
        List<Path> before = kept("");
        List<String> user = shell;
        if (Files.isWritable(launch)) { // by root
            assumeTrue(
                    works(AS_NOBODY, "test", "-r", root.resolve("ipcq").toString()),
                    "needs setpriv, and a place that others may look at");
            user = words(AS_NOBODY, shell.toArray(String[]::new));
        }
        assertRuns(user, MAKES_IT, "doctor");
        assertRuns(user, MAKES_IT, "bench", "start");
        assertRuns(user, MAKES_IT, "bench", "ring");
        assertThat(kept("")).isEqualTo(before);
    }

    /** As a build does that another command begins. */
    @ParameterizedTest
    @MethodSource("shells")
    void shouldDoWithoutDirectoryThatIsRemovedMeanwhile(List<String> shell) throws Exception {
        assertRuns(shell, "rm -rf \"${made%/*}\"", "doctor");
        assertRuns(shell, "rm -rf \"${made%/*}\"; exit 1", "doctor");
        assertThat(launch).doesNotExist();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void shouldTryAgainAfterADay(List<String> shell) throws Exception {
        for (String failure : List.of("echo half >\"$made\"; exit 1", "echo half >\"$made\"; kill -9 $$", "exit 0")) {
            assertRuns(shell, failure, "doctor");
            assertThat(kept(".jsa"))
                    .as(failure)
                    .singleElement()
                    .satisfies(file -> assertThat(file).isEmptyFile());
            assertRuns(shell, MAKES_IT, "doctor");
            assertThat(kept(".jsa")).as(failure).allMatch(file -> bytes(file) == 0);
            age(jar, Duration.ofDays(3));
            age(jar.resolveSibling("lib"), Duration.ofDays(3));
            age(kept(".jsa").get(0), Duration.ofDays(2));
            assertRuns(shell, MAKES_IT, "doctor");
            assertThat(kept(".jsa"))
                    .as(failure)
                    .singleElement()
                    .satisfies(file -> assertThat(file).hasContent("classes"));
            assertThat(kept("")).as(failure).hasSize(2);
            Files.delete(kept(".jsa").get(0));
        }
    }

    /** What the JVM would not use, and not say so. */
    @ParameterizedTest
    @MethodSource("shells")
    void shouldMakeArchiveForEachJdkAndPlaceAndBuild(List<String> shell) throws Exception {
        assertRuns(shell, MAKES_IT, "doctor");
        release("17.0.2");
        assertRuns(shell, MAKES_IT, "doctor");
        assertThat(kept(".jsa")).hasSize(2);
        Path other = root.resolve("other");
        Files.createDirectory(other);
        for (String name : List.of("ipcq", "pom.xml", "ipc-cli", "jdk")) {
            Files.move(root.resolve(name), other.resolve(name));
        }
        root = other;
        launch = root.resolve("ipc-cli/target/launch");
        assertRuns(shell, MAKES_IT, "doctor");
        assertThat(kept(".jsa")).hasSize(3);
        for (Path archive : kept(".jsa")) {
            age(archive, Duration.ofDays(1));
        }
        Files.writeString(root.resolve("ipc-cli/target/lib/ipc-queue.jar"), "a jar");
        assertRuns(shell, "echo of the new jar >\"$made\"", "doctor");
        assertThat(kept(".jsa")).hasSize(3).anySatisfy(file -> assertThat(file).hasContent("of the new jar"));
    }

    /** An agent keeps a JVM from making one. */
    @ParameterizedTest
    @MethodSource("shells")
    void shouldMakeArchiveWithoutOptionsOfTheEnvironment(List<String> shell) throws Exception {
        List<String> agent = List.of("env", "JAVA_TOOL_OPTIONS=-javaagent:a.jar");
        assertRuns(
                words(agent, shell.toArray(String[]::new)),
                "[ -n \"${JAVA_TOOL_OPTIONS:-}\" ] || " + MAKES_IT,
                "doctor");
        assertThat(kept(".jsa"))
                .singleElement()
                .satisfies(file -> assertThat(file).hasContent("classes"));
    }
}
