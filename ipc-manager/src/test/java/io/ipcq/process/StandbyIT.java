// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StandbyIT {

    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final int AT_ONCE = 50;
    private static final int ROUNDS = Integer.getInteger("ipcq.parents", 8);

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

    @Test
    void shouldRunInJvmThatWaited() throws Exception {
        ChildProcessBuilder builder =
                standby(ChildProcess.builder(Work::whoAmI, answer)).prepare();
        Set<Long> waiting = waiting();
        assertThat(waiting).hasSize(1);

        ChildProcess child = run(builder.name("quick"));

        assertThat(waiting).contains(child.pid());
        assertThat(child.exitCode()).hasValue(0);
        assertThat(Files.readString(Path.of(answer)))
                .startsWith(
                        "quick true true MainProcess " + ProcessHandle.current().pid() + " true ")
                .endsWith(child.task().family() + ":1");
    }

    @Test
    void shouldRunTasksOfEverySizeAndKind() throws Exception {
        ChildProcessBuilder serialized = standby(ChildProcess.builder(StandbyIT::total, List.of(1, 2, 3), answer))
                .prepare();
        assertThat(waiting()).contains(run(serialized).pid());
        assertThat(Path.of(answer)).hasContent("6");

        List<Integer> many = IntStream.range(0, 10_000).boxed().toList();
        ChildProcessBuilder large =
                standby(ChildProcess.builder(StandbyIT::total, many, answer)).prepare();
        assertThat(waiting()).contains(run(large).pid());
        assertThat(Path.of(answer)).hasContent("49995000");
    }

    private static void total(List<Integer> numbers, String file) throws Exception {
        Work.answer(file, Integer.toString(numbers.stream().mapToInt(i -> i).sum()));
    }

    /** Knows as what process it was initialized: a JVM that waits is no child yet. */
    static final class Initialized {
        private static final String AS = ChildProcess.current().name();

        private Initialized() {}

        static SerializableConsumer<String> function() {
            return file -> Work.answer(file, AS);
        }
    }

    @Test
    void shouldLoadClassOfTaskAheadButNotInitializeIt() throws Exception {
        Path loaded = directory.resolve("loaded");
        ChildProcessBuilder builder = standby(ChildProcess.builder(Initialized.function(), answer))
                .jvmOptions("-Xlog:class+load:file=" + loaded)
                .name("task")
                .prepare();
        assertThat(Files.readString(loaded)).contains(Initialized.class.getName() + " source:");

        run(builder);

        assertThat(Path.of(answer)).hasContent("task");
        builder.prepare(); // the next JVM makes that file, too, and must have done so before the directory is deleted
    }

    @Test
    void shouldReplaceJvmThatGotTask() throws Exception {
        ChildProcessBuilder builder =
                standby(ChildProcess.builder(Work::nothing)).prepare();
        Set<Long> first = waiting();
        run(builder);

        await().atMost(WATCHDOG).until(() -> waiting().size() == 1 && !waiting().equals(first));
        Set<Long> second = waiting();
        builder.prepare();

        assertThat(second).contains(run(builder).pid());
    }

    @Test
    void shouldSpawnWhereNoJvmWaitsThatFits() throws Exception {
        standby(ChildProcess.builder(Work::nothing)).prepare();
        Set<Long> waiting = waiting();

        ChildProcess other = run(standby(ChildProcess.builder(Work::nothing)).environment(Map.of("A", "1")));
        ChildProcess detached = run(standby(ChildProcess.builder(Work::nothing)).daemon(false));

        assertThat(waiting).doesNotContain(other.pid(), detached.pid());
        assertThat(other.exitCode()).hasValue(0);
        assertThat(detached.exitCode()).hasValue(0);
    }

    @Test
    void shouldEndJvmThatNobodyNeeds() throws Exception {
        ChildProcess.builder(Work::nothing)
                .output(Output.DISCARD)
                .jvmOptions("-XX:ErrorFile=idle")
                .startMethod(StartMethod.STANDBY)
                .reserve(2, Duration.ofMillis(100))
                .prepare();

        await().atMost(WATCHDOG).until(() -> waiting("-XX:ErrorFile=idle").isEmpty());
    }

    @Test
    void shouldServeOnWhenWaitingJvmIsKilled() throws Exception {
        ChildProcessBuilder builder =
                standby(ChildProcess.builder(Work::nothing)).prepare();
        for (long pid : waiting()) {
            ProcessHandle victim = ProcessHandle.of(pid).orElseThrow();
            victim.destroyForcibly();
            victim.onExit().join();
        }

        assertThat(run(builder).exitCode()).hasValue(0);
        assertThat(run(builder.prepare()).exitCode()).hasValue(0);
    }

    @Test
    void shouldKeepJvmWaitingWhenTaskCannotTravel() throws Exception {
        ChildProcessBuilder builder = standby(ChildProcess.builder(a -> {}, new Object[] {new Object()}))
                .prepare();
        Set<Long> waiting = waiting();

        assertThatThrownBy(builder::start).isInstanceOf(CannotTravelException.class);

        assertThat(waiting)
                .contains(run(standby(ChildProcess.builder(Work::nothing))).pid());
    }

    @Test
    void shouldSpawnAndReportWhereJvmsCannotStart() throws Exception {
        ChildProcessBuilder builder =
                standby(ChildProcess.builder(Work::nothing)).jvmOptions("-XX:NoSuchOption=1");

        assertThat(run(builder.prepare()).exitCode()).hasValue(1);
    }

    @Test
    void shouldRefuseWhatCannotBePrepared() {
        ChildProcessBuilder builder = ChildProcess.builder(Work::nothing);

        assertThatThrownBy(builder::prepare)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("startMethod=SPAWN");
        assertThatThrownBy(() -> builder.reserve(0, WATCHDOG).options())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reserve=0");
        assertThatThrownBy(() -> builder.reserve(1, Duration.ZERO).options())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRunEachOfManyThatAreStartedAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<ChildProcess>> started = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                String file = answer + i;
                started.add(threads.submit(() -> run(standby(ChildProcess.builder(() -> Work.answer(file, "done"))))));
            }
            for (int i = 0; i < AT_ONCE; i++) {
                assertThat(started.get(i).get().exitCode()).hasValue(0);
                assertThat(Path.of(answer + i)).hasContent("done");
            }
        } finally {
            threads.shutdown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sleep", "end"})
    void shouldLeaveNoWaitingJvmWhenParentEnds(String end) throws Exception {
        try (Program root = Program.start(directory, Family.Waiting.class, end)) {
            await().atMost(WATCHDOG).until(() -> root.output().contains("they wait"));
            if (end.equals("sleep")) {
                assertThat(root.descendants()).hasSize(4);
                root.kill();
            } else {
                assertThat(root.exitCode()).as(root.output()).isZero();
            }

            await().atMost(WATCHDOG).until(() -> root.descendants().isEmpty());
            await().atMost(WATCHDOG).until(() -> root.runDirectories().isEmpty());
        }
    }

    @Test
    void shouldLeaveNoProcessWhenParentIsKilledWhileItHandsOver() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            try (Program root = Program.start(directory, Family.Handing.class)) {
                Thread.sleep(random.nextInt(2_500));
                root.kill();

                await("round " + round + " of seed " + seed)
                        .atMost(WATCHDOG)
                        .until(() -> root.descendants().isEmpty());
            }
        }
    }

    /** A reserve that no other test shares: its JVMs bear the name of this test's directory. */
    private ChildProcessBuilder standby(ChildProcessBuilder builder) {
        return builder.output(Output.DISCARD)
                .jvmOptions("-XX:ErrorFile=" + directory)
                .startMethod(StartMethod.STANDBY)
                .reserve(1, Duration.ofSeconds(20));
    }

    private ChildProcess run(ChildProcessBuilder builder) throws Exception {
        ChildProcess child = builder.start();
        synchronized (children) {
            children.add(child);
        }
        assertThat(child.join(WATCHDOG)).as("ends: %s", child).isTrue();
        return child;
    }

    private Set<Long> waiting() {
        return waiting("-XX:ErrorFile=" + directory);
    }

    private static Set<Long> waiting(String option) {
        return ProcessHandle.current()
                .children()
                .filter(child -> Program.commandLine(child).contains(option)
                        && Program.commandLine(child).contains(StandbySlot.SUFFIX))
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }
}
