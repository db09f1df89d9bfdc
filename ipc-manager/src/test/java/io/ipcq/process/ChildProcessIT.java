// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.pool.PrintingLogProvider;
import io.ipcq.pool.ProcessPool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.lang.ref.WeakReference;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChildProcessIT {

    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final int FIRST_DEBUG_PORT = 5005;

    @TempDir
    Path directory;

    private String answer;
    private final List<ChildProcess> children = new ArrayList<>();

    @BeforeEach
    void chooseAnswerFile() {
        answer = directory.resolve("answer").toString();
    }

    @AfterEach
    void endChildren() {
        children.forEach(ChildProcess::close);
    }

    /** A subclass with a field, as the seed's. */
    static final class Writer extends ChildProcess {

        private final String file;
        private int number;

        Writer(String file) {
            super(builder().output(Output.DISCARD).name("writer").options());
            this.file = file;
        }

        @Override
        public void run() throws IOException {
            Work.answer(file, name() + " " + number);
        }
    }

    @Test
    void shouldRunMethodReferenceWithListOfRecords() throws Exception {
        run(ChildProcess.builder(Work::answerList, answer, List.of(new Work.Point(1, 2), new Work.Point(3, 4))));

        assertThat(answer()).isEqualTo("[Point[x=1, y=2], Point[x=3, y=4]]");
    }

    @Test
    void shouldRunMethodReferenceWithThreeArguments() throws Exception {
        run(ChildProcess.builder(Work::answerThree, answer, new Work.Point(5, 6), Map.of("a", 1)));

        assertThat(answer()).isEqualTo("Point[x=5, y=6] {a=1}");
    }

    @Test
    void shouldRunLambdaWithCaptures() throws Exception {
        String file = answer;
        int[] numbers = {1, 2, 3};

        run(ChildProcess.builder(() -> Work.answer(file, numbers[0] + numbers[1] + numbers[2])));

        assertThat(answer()).isEqualTo("6");
    }

    @Test
    void shouldAcceptFunctionsWithoutCastInEveryConstructor() throws Exception {
        for (ChildProcess child : List.of(
                new ChildProcess(Work::nothing),
                new ChildProcess(Work::fail, "one argument"),
                new ChildProcess(Work::answerList, answer, List.of()),
                new ChildProcess((file, point, map) -> Work.answer(file, point), answer, "p", Map.of()))) {
            assertThat(child.isAlive()).isFalse();
            assertThat(child.exitCode()).isEmpty();
            assertThat(child.exitDescription()).isEqualTo("not started");
        }
        new ChildProcess((file, point, map) -> Work.answer(file, point), answer, "p", Map.of()).run();
        assertThat(answer()).isEqualTo("p");
    }

    @Test
    void shouldRunSubclassWithTheFieldsItHasAtStart() throws Exception {
        Writer writer = new Writer(answer);
        children.add(writer);
        writer.number = 7;

        writer.start();
        assertThat(writer.join(WATCHDOG)).isTrue();

        assertThat(answer()).isEqualTo("writer 7");
    }

    static final class Reached {
        private Reached() {}

        static SerializableRunnable function() {
            return Reached::task;
        }

        private static void task() {}
    }

    /** The first of each costs a JVM milliseconds, which every child would pay before it begins. */
    @Test
    void shouldReachTaskWithoutLambdaOrStream() throws Exception {
        Path log = directory.resolve("loaded");
        run(ChildProcess.builder(Reached.function()).jvmOptions("-Xlog:class+load:file=" + log));

        List<String> loaded = Files.readAllLines(log).stream()
                .map(line -> line.replaceFirst("^(\\[.*?])+ ", "").split(" ", 2)[0])
                .toList();
        int reached = loaded.indexOf(Reached.class.getName());
        assertThat(reached).isPositive();
        assertThat(loaded.subList(0, reached))
                .contains("io.ipcq.process.ChildMain")
                .noneMatch(name -> name.startsWith("io.ipcq.") && name.contains("$$Lambda"))
                .doesNotContain("java.util.stream.ReferencePipeline");
    }

    @Test
    void shouldTellEndInOrder() throws Exception {
        ChildProcess child = start(ChildProcess.builder(Work::nothing));
        assertThat(child.onExit().get(60, TimeUnit.SECONDS)).isSameAs(child);

        assertThat(child.isAlive()).isFalse();
        assertThat(child.exitCode()).hasValue(0);
        assertThat(child.exitDescription()).isEqualTo("exit code 0");
        assertThat(ChildProcess.activeChildren()).doesNotContain(child);
    }

    @Test
    void shouldTellExitCodeOfSystemExit() throws Exception {
        assertThat(run(ChildProcess.builder(Work::exit, 42)).exitCode()).hasValue(42);
    }

    @Test
    void shouldPrintUncaughtExceptionAndExitWithOne() throws Exception {
        String errors = capturingErrors(() -> {
            ChildProcess child = run(ChildProcess.builder(Work::fail, "no such letter")
                    .name("writer")
                    .output(Output.PREFIXED));
            assertThat(child.exitCode()).hasValue(1);
            assertThat(child.exitDescription()).isEqualTo("exit code 1");
        });

        assertThat(errors)
                .contains("[writer] Exception in thread \"writer\" java.lang.IllegalStateException: no such letter")
                .contains("[writer] \tat io.ipcq.process.Work.fail(");
    }

    @Test
    void shouldEndAtOnceAfterUncaughtExceptionThoughThreadsAreLeft() throws Exception {
        assertThat(run(ChildProcess.builder(Work::failBesideThread)).exitCode()).hasValue(1);
    }

    @Test
    void shouldWaitForThreadsThatRunLeaves() throws Exception {
        assertThat(run(ChildProcess.builder(Work::leaveThread, answer)).exitCode())
                .hasValue(0);

        assertThat(answer()).isEqualTo("thread");
    }

    @Test
    void shouldTellSignals() throws Exception {
        ChildProcess terminated = start(ChildProcess.builder(Work::sleep));
        ChildProcess killed = start(ChildProcess.builder(Work::sleep));
        assertThat(terminated.join(Duration.ofMillis(100))).isFalse();
        assertThat(ChildProcess.activeChildren()).contains(terminated, killed);
        assertThat(terminated.exitDescription()).isEqualTo("running");

        terminated.terminate();
        killed.kill();
        terminated.join();
        killed.join();

        assertThat(terminated.exitCode()).hasValue(-15);
        assertThat(terminated.exitDescription()).isEqualTo("killed by signal 15, SIGTERM");
        assertThat(killed.exitCode()).hasValue(-9);
        assertThat(killed.exitDescription()).startsWith("killed by signal 9, SIGKILL");
    }

    @Test
    void shouldTellTerminationAtAnyMomentOfTheStart() throws Exception {
        for (int millis = 0; millis < 160; millis += 8) {
            ChildProcess child = start(ChildProcess.builder(Work::sleep));
            Thread.sleep(millis);
            child.terminate();

            assertThat(child.join(WATCHDOG)).isTrue();
            assertThat(child.exitCode()).as("after %d ms", millis).hasValue(-15);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldInterruptChildWhoseHooksRun() throws Exception {
        assumeTrue(
                isInterruptHeeded(), "this JVM was started in the background and ignores SIGINT, as its children do");
        ChildProcess child = start(ChildProcess.builder(Work::noteInterrupt, answer));
        await().atMost(WATCHDOG).until(() -> Files.exists(Path.of(answer)));

        child.interrupt();

        assertThat(child.join(WATCHDOG)).isTrue();
        assertThat(child.exitCode()).hasValue(-2);
        assertThat(child.exitDescription()).isEqualTo("killed by signal 2, SIGINT");
        assertThat(answer()).isEqualTo("hook ran");
        child.interrupt(); // nobody, and no other process that has its pid
    }

    private static boolean isInterruptHeeded() throws IOException {
        String ignored = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElseThrow();
        return (Long.parseUnsignedLong(ignored.substring("SigIgn:".length()).strip(), 16) & 2) == 0;
    }

    /** By its home, and by a command in another place that is a link to it. */
    @Test
    void shouldRunWithAnotherJava() throws Exception {
        Path here = Path.of(System.getProperty("java.home"));
        Path home = otherJava(here);
        if (home == null) {
            System.out.println("no other version of Java is beside " + here + ": a link to this one is taken");
            home = here;
        }
        Path link = Files.createSymbolicLink(
                directory.resolve("java here"), home.resolve("bin").resolve("java"));
        for (Path java : List.of(home, link)) {
            ChildProcess child =
                    run(ChildProcess.builder(Work::answerJavaVersion, answer).java(java));
            assertThat(child.exitCode()).hasValue(0);
            assertThat(answer()).isEqualTo(version(home));
            Files.delete(Path.of(answer));
        }
        Files.delete(link);
    }

    /** One beside this one that is 17 or newer, and of another version; null if there is none. */
    private static @Nullable Path otherJava(Path here) throws IOException {
        try (var homes = Files.list(here.toRealPath().getParent())) {
            return homes.filter(home -> Files.isExecutable(home.resolve("bin/java")))
                    .filter(home -> version(home).matches("1[7-9]|[2-9]\\d"))
                    .filter(home -> !version(home).equals(version(here)))
                    .sorted()
                    .findFirst()
                    .orElse(null);
        }
    }

    /** The feature version that a JDK says in its file; empty if there is none. */
    private static String version(Path home) {
        try {
            Matcher version =
                    Pattern.compile("(?m)^JAVA_VERSION=\"(\\d+)").matcher(Files.readString(home.resolve("release")));
            return version.find() ? version.group(1) : "";
        } catch (IOException unreadable) {
            return "";
        }
    }

    @Test
    void shouldRefuseJavaThatCannotRunChildren() throws Exception {
        assertThatThrownBy(() ->
                        ChildProcess.builder(Work::nothing).java(directory).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be a command that can be executed: java=" + directory)
                .hasMessageContaining("of version 17 or newer");
        Path command = Files.createDirectory(directory.resolve("bin")).resolve("java");
        Files.writeString(command, "#!/bin/sh");
        assertThat(command.toFile().setExecutable(true)).isTrue();
        assertThatThrownBy(
                        () -> ChildProcess.builder(Work::nothing).java(command).start())
                .hasMessageContaining("the version of java is not known");
        Files.writeString(directory.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
        assertThatThrownBy(() -> ProcessPool.builder().java(directory).create())
                .hasMessageContaining("java is too old: java=" + command + ", version=11");
    }

    @ParameterizedTest
    @ValueSource(strings = {"terminate", "kill", "close"})
    void shouldEndGrandchildrenWithTheirParent(String end) throws Exception {
        ChildProcess child = start(ChildProcess.builder(Work::haveChild, answer));
        await().atMost(WATCHDOG).until(() -> Files.exists(Path.of(answer)));
        ProcessHandle grandchild = ProcessHandle.of(Long.parseLong(answer())).orElseThrow();
        assertThat(grandchild.isAlive()).isTrue();

        switch (end) {
            case "terminate" -> child.terminate();
            case "kill" -> child.kill();
            default -> child.close();
        }

        assertThat(child.join(WATCHDOG)).isTrue();
        await().atMost(WATCHDOG).until(() -> !grandchild.isAlive());
    }

    @Test
    void shouldCarryRecordThatIsNotSerializable() throws Exception {
        Work.Order order = new Work.Order(1, List.of("tea"));
        assertThat(run(ChildProcess.builder(Work::note, order, answer)).exitCode())
                .hasValue(0);
        assertThat(answer()).isEqualTo(order.toString());
    }

    @Test
    void shouldLeaveNothingInWorkingDirectory() throws Exception {
        Path working = Files.createDirectory(directory.resolve("read only"));
        assertThat(working.toFile().setWritable(false)).isTrue();

        assertThat(run(ChildProcess.builder(Work::surroundings, answer).directory(working))
                        .exitCode())
                .hasValue(0);

        assertThat(answer()).contains(working.toRealPath().toString());
        assertThat(working).isEmptyDirectory();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldSayWhatToDoWhereThereIsNoTemporaryDirectory() throws Exception {
        List<String> options = List.of("-Djava.io.tmpdir=/sys", "-cp", System.getProperty("java.class.path"));
        try (Program program = Program.start(directory, options, Family.OneChild.class.getName())) {
            assertThat(program.exitCode()).isEqualTo(1);
            assertThat(program.output())
                    .contains("cannot make the directory through which children get their tasks: java.io.tmpdir=/sys")
                    .contains("-Djava.io.tmpdir=");
        }
    }

    @Test
    void shouldPassOutputToLogger() throws Exception {
        List<String> options = List.of(
                "-Dslf4j.provider=" + PrintingLogProvider.class.getName(),
                "-cp",
                System.getProperty("java.class.path"));
        try (Program program = Program.start(directory, options, Family.Logging.class.getName())) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output().lines())
                    .contains(
                            "slf4j INFO io.ipcq.process.logged first line",
                            "slf4j WARN io.ipcq.process.logged trouble",
                            "slf4j INFO io.ipcq.process.logged no end of line");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SPAWN", "STANDBY"})
    void shouldPassOnLogRecordsAsRecords(String startMethod) throws Exception {
        List<String> options = List.of(
                "-Dipcq.archive=off",
                "-Dslf4j.provider=io.ipcq.pool.PrintingLogProvider",
                "-Djava.util.logging.SimpleFormatter.format=jul %4$s %3$s %5$s%n",
                "-cp",
                System.getProperty("java.class.path"));
        try (Program program = Program.start(directory, options, Family.LoggingRecords.class.getName(), startMethod)) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output().lines())
                    .contains(
                            "slf4j WARN work [logged] by slf4j {request=7}",
                            "java.lang.IllegalStateException: thrown there",
                            "Caused by: java.io.IOException: its cause",
                            "jul WARNING work [logged] by jul, interrupted",
                            "[logged] still interrupted true",
                            "slf4j INFO work [logged] " + "x".repeat(1 << 14) + "... (1000000 characters)",
                            "slf4j INFO work [logged] record 9999",
                            "exit code 0")
                    .anySatisfy(line -> assertThat(line).startsWith("\tat io.ipcq.process.Work.logRecords(Work.java:"))
                    .filteredOn(line -> line.startsWith("slf4j INFO work [logged] record "))
                    .hasSize(10_000);
            assertThat(program.output()).doesNotContain("not wanted");
        }
    }

    @Test
    void shouldStartOnce() throws Exception {
        ChildProcess child = run(ChildProcess.builder(Work::nothing).name("once"));

        assertThatThrownBy(child::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("can be started once")
                .hasMessageContaining("once is exit code 0");
    }

    @Test
    void shouldEndChildOnCloseAndOnlyOnce() throws Exception {
        ChildProcess child = start(ChildProcess.builder(Work::sleep));

        long began = System.nanoTime();
        child.close();
        boolean inTime = System.nanoTime() - began < ChildProcess.CLOSE_GRACE_NANOS;
        child.close();

        assertThat(child.exitCode().orElseThrow()).isIn(-15, inTime ? -15 : -9); // as a busy machine may need
        ChildProcess never = new ChildProcess(Work::nothing);
        never.close();
        assertThatThrownBy(never::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldCloseWhileInterrupted() throws Exception {
        ChildProcess child = start(ChildProcess.builder(Work::sleep));

        Thread.currentThread().interrupt();
        child.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(child.isAlive()).isFalse();
    }

    @Test
    void shouldStartWhileInterrupted() throws Exception {
        Thread.currentThread().interrupt();
        ChildProcess child = start(ChildProcess.builder(Work::nothing));
        assertThat(Thread.interrupted()).isTrue();

        assertThat(child.join(WATCHDOG)).isTrue();
        assertThat(child.exitCode()).hasValue(0);
    }

    @Test
    void shouldTellChildWhoItIsAndWhoItsParentIs() throws Exception {
        ChildProcess child = run(ChildProcess.builder(Work::whoAmI, answer));

        assertThat(child.name()).matches("Process-[1-9][0-9]*");
        assertThat(answer())
                .isEqualTo(child.name() + " true true MainProcess "
                        + ProcessHandle.current().pid() + " true " + child.name() + ":1");
    }

    @Test
    void shouldGiveEnvironmentDirectoryOptionsAndEmptyInput() throws Exception {
        run(ChildProcess.builder(Work::surroundings, answer)
                .environment(Map.of("IPCQ_TEST", "set"))
                .directory(directory)
                .jvmOptions("-Dipcq.test=given", "-XX:+UseSerialGC")
                .heap("32m"));

        String[] parts = answer().split(" ");
        assertThat(parts[0]).isEqualTo("set");
        assertThat(parts[1]).isEqualTo(directory.toRealPath().toString());
        assertThat(parts[2]).isEqualTo("given");
        assertThat(Long.parseLong(parts[3])).isLessThanOrEqualTo(32L << 20);
        assertThat(parts[4]).isEqualTo("-1");
    }

    @Test
    void shouldReportJvmThatCannotStart() throws Exception {
        String errors = capturingErrors(() -> {
            ChildProcess child = run(ChildProcess.builder(Work::nothing)
                    .jvmOptions("-XX:NoSuchOption=1")
                    .output(Output.PREFIXED));
            assertThat(child.exitCode()).hasValue(1);
        });

        assertThat(errors).contains("NoSuchOption");
        assertThat(unreadTasks()).isEmpty();
    }

    /** A JVM says the reason on standard output, and that it has found options on standard error. */
    @Test
    void shouldTellWhatJvmSaidOnEitherStreamBeforeItTookItsTask() throws Exception {
        ChildProcess child = run(ChildProcess.builder(Work::nothing)
                .jvmOptions("-Xms64m", "-Xmx32m")
                .environment(Map.of("JAVA_TOOL_OPTIONS", "-Dpassword=of-the-test"))
                .output(Output.PREFIXED));

        assertThat(child.lastErrorLines())
                .anyMatch(line -> line.startsWith("Error occurred during initialization of VM"))
                .noneMatch(line -> line.contains("of-the-test"));
    }

    @Test
    void shouldAwaitThatChildHasBegun() throws Exception {
        ChildProcess child =
                ChildProcess.builder(Work::sleep).output(Output.DISCARD).build();
        children.add(child);
        assertThat(child.hasBegun()).isFalse();

        child.startAndAwait();

        assertThat(child.hasBegun()).isTrue();
        assertThat(child.isAlive()).isTrue();
        child.kill();
        child.join();
        assertThat(child.hasBegun()).isTrue();
        assertThatThrownBy(child::joinOrThrow)
                .isInstanceOf(ChildFailedException.class)
                .hasMessageStartingWith("a child failed: ChildProcess[name=" + child.name())
                .hasMessageContaining("killed by signal 9")
                .satisfies(failed ->
                        assertThat(((ChildFailedException) failed).exitCode()).isEqualTo(-9));
    }

    /** Whatever keeps a child from its main: who waits is told, with the reason, and nothing of the task is left. */
    @ParameterizedTest
    @ValueSource(strings = {"an option", "a class", "a kill"})
    void shouldTellThatChildEndedBeforeItBegan(String reason) throws Exception {
        ChildProcessBuilder builder =
                ChildProcess.builder(Work::answer, answer, "never").output(Output.PREFIXED);
        switch (reason) {
            case "an option" -> builder.jvmOptions("-XX:NoSuchOption=1");
            case "a class" -> builder.classPath(classPathWithout("test-classes"));
            default -> builder.debug(FIRST_DEBUG_PORT); // where it waits
        }
        ChildProcess child = builder.build();
        children.add(child);
        CompletableFuture<ChildProcess> told = new CompletableFuture<>();
        Thread starting = new Thread(() -> {
            try {
                child.startAndAwait();
                told.complete(child);
            } catch (Throwable failed) {
                told.completeExceptionally(failed);
            }
        });
        starting.start();
        if (reason.equals("a kill")) {
            await().atMost(WATCHDOG).until(child::isAlive);
            child.kill();
        }
        starting.join();

        assertThat(told)
                .isCompletedExceptionally()
                .failsWithin(WATCHDOG)
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .withCauseInstanceOf(ChildFailedException.class)
                .withMessageContaining("a child ended before it began: ")
                .withMessageContaining(
                        switch (reason) {
                            case "an option" -> "NoSuchOption";
                            case "a class" -> "ClassNotFoundException: io.ipcq.process.";
                            default -> "killed by signal 9";
                        });
        ChildProcess ended = child.onExit().get(WATCHDOG.toSeconds(), TimeUnit.SECONDS);
        assertThat(ended.hasBegun()).isFalse();
        assertThat(ended.lastErrorLines().isEmpty()).isEqualTo(reason.equals("a kill"));
        assertThat(unreadTasks()).isEmpty();
    }

    private static List<Path> classPathWithout(String directory) {
        return java.util.stream.Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1))
                .map(Path::of)
                .filter(entry -> !entry.endsWith(directory))
                .toList();
    }

    @Test
    void shouldJoinThoseThatEndedWell() throws Exception {
        ChildProcess child = start(ChildProcess.builder(Work::nothing));
        child.joinOrThrow();
        assertThat(child.exitCode()).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource(names = "THREAD", mode = EnumSource.Mode.EXCLUDE)
    void shouldRethrowWhatChildThrew(StartMethod method) throws Exception {
        ChildProcessBuilder builder =
                ChildProcess.builder(Work::fail, "in the child").startMethod(method);
        ChildProcess child = start(method == StartMethod.STANDBY ? builder.prepare() : builder);
        assertThatThrownBy(child::joinOrThrow)
                .isInstanceOf(ChildFailedException.class)
                .cause()
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("in the child")
                .satisfies(thrown ->
                        assertThat(thrown.getStackTrace()[0].getMethodName()).isEqualTo("fail"));
        assertThat(thrownFiles()).isEmpty();
    }

    /**
     * What cannot be serialized does not come, nor what fills the memory of who reads it; the child fails all the same.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldFailWithoutWhatCannotTravel(boolean large) throws Exception {
        ChildProcess child = start(ChildProcess.builder(Work::failStrangely, large));
        assertThatThrownBy(child::joinOrThrow)
                .isInstanceOf(ChildFailedException.class)
                .hasNoCause();
        assertThat(child.exitCode()).hasValue(1);
        assertThat(thrownFiles()).isEmpty();
    }

    private static List<Path> thrownFiles() throws IOException {
        try (var files = Files.list(RunDirectory.current())) {
            return files.filter(file -> file.toString().endsWith(RunDirectory.THROWN))
                    .toList();
        }
    }

    @Test
    void shouldHaveLastLinesWhenItsEndIsTold() throws Exception {
        ChildProcess child =
                start(ChildProcess.builder(Work::fail, "at the end").output(Output.PREFIXED));
        List<String> lines =
                child.onExit().thenApply(ChildProcess::lastErrorLines).get(WATCHDOG.toSeconds(), TimeUnit.SECONDS);
        assertThat(lines).anyMatch(line -> line.contains("at the end"));
    }

    /** The common pool is the program's, which may keep all its threads busy for as long as it likes. */
    @Test
    void shouldNoticeEndWhileCommonPoolIsBusy() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        List<ForkJoinTask<?>> busy = new ArrayList<>();
        try {
            for (int i = 0; i <= ForkJoinPool.getCommonPoolParallelism(); i++) {
                busy.add(ForkJoinPool.commonPool().submit(() -> {
                    release.await();
                    return null;
                }));
            }
            ChildProcess child = new ChildProcess(Work::nothing);
            child.start();
            children.add(child);

            assertThat(child.join(WATCHDOG)).isTrue();
            child.onExit().get(WATCHDOG.toSeconds(), TimeUnit.SECONDS);
        } finally {
            release.countDown();
        }
        busy.forEach(ForkJoinTask::join);
    }

    @Test
    void shouldTellEndBeforeWhatFollowsItIsDone() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        ChildProcess child = new ChildProcess(Work::sleep);
        child.start();
        children.add(child);
        CompletableFuture<Void> follows = child.onExit().thenRun(() -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new CompletionException(e);
            }
        });
        child.kill();

        assertThat(child.join(WATCHDOG)).isTrue();
        assertThat(follows).isNotDone();

        release.countDown();
        follows.get(WATCHDOG.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void shouldForgetWhatChildWasGiven() throws Exception {
        byte[] large = new byte[1 << 20];
        WeakReference<byte[]> given = new WeakReference<>(large);
        ChildProcess child = new ChildProcess(Work::answerChecksum, answer, large);
        large = null;
        child.start();
        children.add(child);

        await().atMost(WATCHDOG).until(() -> {
            System.gc();
            return given.get() == null;
        });
        child.join();
        assertThat(child.toString()).contains("exit code 0");
    }

    @Test
    void shouldCarryLargeArgument() throws Exception {
        byte[] bytes = new byte[50 << 20];
        new Random(1).nextBytes(bytes);

        run(ChildProcess.builder(Work::answerChecksum, answer, bytes));

        assertThat(answer()).isEqualTo(Long.toString(Work.checksum(bytes)));
        assertThat(unreadTasks()).isEmpty();
    }

    @Test
    void shouldPassLongClassPathInFile() throws Exception {
        List<Path> classPath = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            classPath.add(directory.resolve("no such directory " + "\"quoted\" ".repeat(7) + i));
        }
        for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
            classPath.add(Path.of(entry));
        }
        assertThat(classPath.toString().length()).isGreaterThan(128 << 10);

        run(ChildProcess.builder(Work::whoAmI, answer).classPath(classPath).directory(directory));

        assertThat(answer()).contains("MainProcess");
        assertThat(unreadTasks()).isEmpty();
    }

    @Test
    void shouldPassOnNoiseLineByLine() throws Exception {
        String output = capturing(
                System.out,
                System::setOut,
                () -> run(ChildProcess.builder(Work::noise).name("noisy").output(Output.PREFIXED)));

        assertThat(output.lines()).allMatch(line -> line.startsWith("[noisy] ")).hasSize(3);
        assertThat(output).endsWith("[noisy] no end of line\n");
    }

    @Test
    void shouldNotFailParentThatWaitsForFileLockOfChild() throws Exception {
        Path lock = directory.resolve("lock");
        ChildProcess child = start(ChildProcess.builder(Work::holdFileLock, lock.toString(), answer));
        await().atMost(WATCHDOG).until(() -> Files.exists(Path.of(answer)));

        try (RandomAccessFile file = new RandomAccessFile(lock.toFile(), "rw");
                FileLock held = file.getChannel().lock()) {
            assertThat(held.isValid()).isTrue();
        }
        assertThat(child.join(WATCHDOG)).isTrue();
    }

    private interface Action {
        void run() throws Exception;
    }

    private static String capturingErrors(Action action) throws Exception {
        return capturing(System.err, System::setErr, action);
    }

    private static String capturing(PrintStream before, java.util.function.Consumer<PrintStream> set, Action action)
            throws Exception {
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        set.accept(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            set.accept(before);
        }
        return captured.toString(StandardCharsets.UTF_8);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldLiveOnWhenTheParentReadsItsOwnFiles() throws Exception {
        ChildProcess child = start(ChildProcess.builder(Work::sleep));
        Path alive = RunDirectory.aliveFile(RunDirectory.current());
        await().atMost(WATCHDOG).until(() -> isLockedByDescriptor(alive));
        Files.copy(alive, Path.of(answer));
        assertThat(child.join(Duration.ofSeconds(1))).as("ends: %s", child).isFalse();
    }

    private static boolean isLockedByDescriptor(Path file) throws IOException {
        long inode = (Long) Files.getAttribute(file, "unix:ino");
        return Files.readAllLines(Path.of("/proc/locks")).stream()
                .anyMatch(lock -> lock.contains("OFDLCK") && lock.contains(":" + inode + " "));
    }

    private ChildProcess start(ChildProcessBuilder builder) throws IOException {
        if (builder.options().output() == Output.INHERIT) {
            builder.output(Output.DISCARD);
        }
        ChildProcess child = builder.start();
        children.add(child);
        return child;
    }

    private ChildProcess run(ChildProcessBuilder builder) throws Exception {
        ChildProcess child = start(builder);
        assertThat(child.join(WATCHDOG)).as("ends: %s", child).isTrue();
        return child;
    }

    private String answer() throws IOException {
        return Files.readString(Path.of(answer));
    }

    private static List<Path> unreadTasks() throws IOException {
        try (var files = Files.list(RunDirectory.current())) {
            // another test's waiting JVM may still be there
            return files.filter(file -> !file.endsWith("alive") && !StandbySlot.isSlot(file))
                    .toList();
        }
    }
}
