// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.OpenFiles;
import io.ipcq.TestJvm;
import io.ipcq.process.Program;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program with a pool leaves behind, and what it needs. */
class PoolProgramIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SIGINT = 2;

    @TempDir
    Path directory;

    @Tag("once")
    @Test
    void shouldLeaveNoWorkerWhenParentIsKilled() throws Exception {
        try (Program program = Program.start(directory, PoolPrograms.Busy.class)) {
            List<Long> pids = awaitPids(program);
            program.kill();
            pids.forEach(PoolProgramIT::awaitEnd);
        }
    }

    @Test
    void shouldSayOneThingAndLeaveNoWorkerAfterCtrlC() throws Exception {
        assumeThat(Program.isIgnored(SIGINT))
                .as("a script that runs this in the background has it ignore SIGINT, and so its children")
                .isFalse();
        List<String> options = new ArrayList<>(SharedQueue.jvmOptions()); // or the JVM has more to say
        options.addAll(List.of("-cp", System.getProperty("java.class.path")));
        try (Program program = Program.start(directory, options, PoolPrograms.Busy.class.getName())) {
            List<Long> pids = awaitPids(program);
            // as a terminal does: to the workers, too
            pids.forEach(pid -> Chores.kill("-INT", pid));
            assertThat(pids).allSatisfy(pid -> assertThat(ProcessHandle.of(pid)).isPresent());
            Chores.kill("-INT", program.pid());

            assertThat(program.exitCode()).isEqualTo(130);
            pids.forEach(PoolProgramIT::awaitEnd);
            assertThat(program.output().lines())
                    .hasSize(2)
                    .last()
                    .isEqualTo("the program ends: pool=pool-1, tasks unfinished=3");
        }
    }

    @Tag("once")
    @Test
    void shouldMapLargeInputInSmallHeap() throws Exception {
        int elements = Integer.getInteger("ipcq.pool.elements", 200_000);
        try (Program program = Program.start(
                directory,
                List.of("-Xmx64m", "-cp", System.getProperty("java.class.path")),
                PoolPrograms.LazyMap.class.getName(),
                Integer.toString(elements))) {
            assertThat(program.exitCode()).describedAs(program.output()).isZero();
            assertThat(program.output()).contains("sum " + (long) elements * (elements - 1) / 2);
        }
    }

    @Test
    void shouldPassLogRecordsOnWithNameOfWorker() throws Exception {
        try (Program program = Program.start(
                directory,
                List.of(
                        "-Dslf4j.provider=" + PrintingLogProvider.class.getName(),
                        "-Djava.util.logging.SimpleFormatter.format=jul %4$s %3$s %5$s%n",
                        "-cp",
                        System.getProperty("java.class.path")),
                PoolPrograms.Logging.class.getName())) {
            assertThat(program.exitCode()).describedAs(program.output()).isZero();
            assertThat(program.output())
                    .containsPattern("slf4j WARN chores \\[logs-worker-1] by slf4j 1" + ofWorker("none"))
                    .containsPattern("\\[logs-worker-1] of a request 1" + ofWorker("7"))
                    .containsPattern("\\[logs-worker-1] of nobody 1" + ofWorker("none"))
                    .contains("java.lang.IllegalStateException: thrown there")
                    .contains("jul WARNING chores [logs-worker-1] by jul")
                    .doesNotContain("not wanted");
        }
    }

    /** What an initializer has said stays, unless the thread that submits a task says otherwise. */
    private static String ofWorker(String request) {
        return " \\{(?=.*service=orders).*request=" + request + "[,}]";
    }

    /** Parallel streams, and what has no executor of its own, run there. */
    @Test
    void shouldNoticeDeathsWhileTheCommonPoolIsBusy() throws Exception {
        try (Program program = Program.start(
                directory,
                List.of(
                        "-Dipcq.archive=off",
                        // with fewer, some JDKs do not use it for what has no executor
                        "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2",
                        "-cp",
                        System.getProperty("java.class.path")),
                PoolPrograms.BusyCommonPool.class.getName())) {
            assertThat(program.exitCode()).describedAs(program.output()).isZero();
            assertThat(program.output().lines())
                    .containsExactly("SPAWN: exit code 0", "STANDBY: exit code 0", "WorkerCrashedException", "then 81");
        }
    }

    @Test
    void shouldLeaveNoThreadDescriptorOrProcessAfterClose() throws Exception {
        usePool(); // what is made once, is made
        long descriptors = descriptors();
        for (int i = 0; i < 3; i++) {
            usePool();
            assertThat(workers()).isEmpty();
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(threads()).isEmpty());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(descriptors));
    }

    /** What they were passed was deleted before they ended. */
    @Test
    void shouldLeaveNoDescriptorOfWorkersThatAreThreads() {
        String seed = Long.getLong("ipcq.seed", System.nanoTime()).toString();
        System.out.println("pools of threads at random; seed " + seed);
        List<String> options = List.of("-Dipcq.children=threads", "-Xmx700m", "-Xmn600m");
        try (TestJvm jvm = TestJvm.start(options, ThreadPoolsProgram.class, "60", seed)) {
            jvm.awaitSuccess();
        }
    }

    private static void usePool() throws Exception {
        try (ProcessPool pool = ProcessPool.create(2)) {
            pool.applyAsync(Chores::sleepFor, 10).thenApply(Chores::square).get();
            pool.applyAsync(Chores::halt, 1);
        }
    }

    private static List<ProcessHandle> workers() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info().commandLine().orElse("").endsWith(".task"))
                .toList();
    }

    private static List<String> threads() {
        List<String> names = new ArrayList<>();
        Thread.getAllStackTraces().keySet().forEach(thread -> {
            if (thread.getName().startsWith("ipcq-pool") || thread.getName().startsWith("ipcq-output")) {
                names.add(thread.getName());
            }
        });
        return names;
    }

    private static long descriptors() throws IOException {
        return OpenFiles.descriptors().size();
    }

    private static List<Long> awaitPids(Program program) {
        await().atMost(PATIENCE).until(() -> program.output().contains("]\n") || !program.isAlive());
        String line = program.output()
                .lines()
                .filter(each -> each.startsWith("pids ["))
                .findFirst()
                .orElseThrow();
        String[] numbers = line.substring("pids [".length(), line.length() - 1).split(", ");
        return Stream.of(numbers).map(Long::valueOf).toList();
    }

    private static void awaitEnd(long pid) {
        await().atMost(PATIENCE).until(() -> ProcessHandle.of(pid).isEmpty());
    }
}
