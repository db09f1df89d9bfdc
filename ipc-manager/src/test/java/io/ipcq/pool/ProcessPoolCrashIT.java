// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ipcq.process.Output;
import io.ipcq.process.SerializableCallable;
import io.ipcq.queue.SharedQueue;
import io.ipcq.test.FaultAgent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Workers that are killed, at every step, and that kill themselves. */
class ProcessPoolCrashIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TASKS_BETWEEN_KILLS = 100;

    @TempDir
    Path directory;

    /** Where a worker is when it dies, and a task that makes it die there. */
    enum Step {
        TAKING(() -> 0),
        RUNNING(Chores::die),
        ENCODING_THE_RESULT(Chores::bomb),
        SENDING_THE_RESULT(() -> Chores.dieWhileSending(50_000_000)),
        ENDING_ITSELF(() -> Chores.exit(0)),
        HALTING(() -> Chores.halt(7));

        @SuppressWarnings("ImmutableEnumChecker")
        final SerializableCallable<?> task;

        Step(SerializableCallable<?> task) {
            this.task = task;
        }

        CompletableFuture<?> submitTo(ProcessPool pool) {
            return this == TAKING ? pool.applyAsync(Chores::same, new Chores.Bomb(true)) : pool.applyAsync(task);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldFailOnlyTheTaskThatTheWorkerHeld(Step step) throws Exception {
        try (ProcessPool pool = ProcessPool.builder()
                .workers(2)
                .jvmOptions(FaultAgent.options(directory, "io.ipcq.pool").get(0))
                .create()) {
            pool.map(
                    Chores::square,
                    IntStream.range(0, 5_000).boxed().toList()); // so that tasks are handed out in advance
            CompletableFuture<Integer> beside = pool.applyAsync(Chores::sleepFor, 300);
            CompletableFuture<?> doomed = step.submitTo(pool);
            List<CompletableFuture<Integer>> others = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                others.add(pool.applyAsync(Chores::square, i));
            }

            assertThatThrownBy(() -> doomed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseInstanceOf(WorkerCrashedException.class)
                    .hasMessageContaining("task=");
            assertThat(beside.get()).isEqualTo(300);
            for (int i = 0; i < others.size(); i++) {
                assertThat(others.get(i).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isEqualTo(i * i);
            }
            await().atMost(PATIENCE).until(() -> pool.stats().ready() == 2);
            assertThat(pool.stats().crashes()).isEqualTo(1);
        }
    }

    @Test
    void shouldReplaceWorkerThatIsKilledWhileItStartsOrIsIdle() throws Exception {
        Path gate = directory.resolve("gate");
        try (ProcessPool pool = ProcessPool.builder()
                .workers(1)
                .initializer(Chores::awaitFile, gate.toString())
                .create()) {
            await().atMost(PATIENCE).until(() -> !pool.pids().isEmpty());
            long starting = pool.pids().iterator().next();
            CompletableFuture<Integer> waiting = pool.applyAsync(Chores::square, 5);
            Chores.kill("-KILL", starting);
            Files.createFile(gate);
            assertThat(waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(25);

            long idle = pool.apply(Chores::pid);
            Chores.kill("-KILL", idle);
            await().atMost(PATIENCE)
                    .until(() -> pool.stats().ready() == 1 && !pool.pids().contains(idle));
            assertThat(pool.apply(Chores::square, 6)).isEqualTo(36);
            assertThat(pool.stats().crashes())
                    .describedAs("no task was concerned")
                    .isZero();
        }
    }

    @Test
    void shouldKillWorkerThatTakesNothingOfLargeTask() throws Exception {
        try (ProcessPool pool = ProcessPool.builder()
                .workers(1)
                .killAfter(Duration.ofMillis(50))
                .create()) {
            Chores.kill("-STOP", pool.apply(Chores::pid));

            pool.applyAsync(Chores::lengthOf, new byte[5_000_000]).cancel(true);

            assertThat(pool.applyAsync(Chores::square, 6).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo(36);
        }
    }

    /** It dies while the task is being sent; no other one is to die of it. */
    @Test
    void shouldFailTaskThatIsTooLargeForWorker() throws Exception {
        try (ProcessPool pool =
                ProcessPool.builder().workers(1).maxWorkerHeap("32m").create()) {
            assertThatThrownBy(() -> pool.apply(Chores::lengthOf, new byte[100_000_000]))
                    .isInstanceOf(WorkerCrashedException.class);
            assertThat(pool.apply(Chores::square, 6)).isEqualTo(36);
        }
    }

    @Test
    void shouldSayHowWorkerEnded() throws Exception {
        try (ProcessPool pool = ProcessPool.create(1)) {
            long pid = pool.apply(Chores::pid);
            assertThatThrownBy(() -> pool.apply(Chores::dieSaying, "these were its last words"))
                    .isInstanceOfSatisfying(WorkerCrashedException.class, crash -> {
                        assertThat(crash.pid()).isEqualTo(pid);
                        assertThat(crash.exitCode()).isEqualTo(3);
                        assertThat(crash.worker()).isEqualTo(pool.name() + "-worker-1");
                        assertThat(crash.task()).contains("Chores.dieSaying");
                        assertThat(crash.lastErrorLines()).contains("these were its last words");
                        assertThat(crash.crashReport()).isEmpty();
                    })
                    .hasMessageContaining("exit code 3")
                    .hasMessageContaining("these were its last words");
            assertThatThrownBy(() -> pool.apply(Chores::die))
                    .hasMessageContaining("killed by signal 9, SIGKILL")
                    .isInstanceOfSatisfying(
                            WorkerCrashedException.class,
                            crash -> assertThat(crash.exitCode()).isEqualTo(-9));
        }
    }

    @Test
    void shouldCloseThoughTaskLeftProcess() throws Exception {
        ProcessPool pool =
                ProcessPool.builder().workers(2).output(Output.PREFIXED).create();
        ProcessHandle left = ProcessHandle.of(pool.apply(Chores::leaveProcess)).orElseThrow();
        try {
            pool.close();
            assertThat(left.isAlive()).isTrue();
        } finally {
            left.destroyForcibly();
        }
    }

    @Test
    void shouldNotWaitForProcessThatTheTaskLeft() throws Exception {
        try (ProcessPool pool = ProcessPool.create(1)) {
            assertThatThrownBy(() -> pool.apply(Chores::leaveProcessAndHalt))
                    .isInstanceOfSatisfying(WorkerCrashedException.class, crash -> {
                        assertThat(crash.lastErrorLines()).hasSize(1);
                        ProcessHandle left = ProcessHandle.of(
                                        Long.parseLong(crash.lastErrorLines().get(0)))
                                .orElseThrow();
                        assertThat(left.isAlive()).isTrue();
                        left.destroyForcibly();
                    });
            assertThat(pool.apply(Chores::square, 3)).isEqualTo(9);
        }
    }

    @Test
    void shouldNameTheReportOfJvmThatCrashed() throws Exception {
        try (ProcessPool pool =
                ProcessPool.builder().workers(1).directory(directory).create()) {
            assertThatThrownBy(() -> pool.apply(Chores::crashJvm))
                    .isInstanceOfSatisfying(
                            WorkerCrashedException.class,
                            crash -> assertThat(crash.crashReport())
                                    .hasValueSatisfying(report ->
                                            assertThat(report).exists().hasParent(directory)));
        }
    }

    @Test
    void shouldRunAgainWhatCrashedIfRetriesWereAskedFor() throws Exception {
        String file = directory.resolve("attempts").toString();
        try (ProcessPool pool = ProcessPool.builder().workers(1).retries(2).create()) {
            assertThat(pool.apply(Chores::dieAtFirst, file, 2)).isEqualTo("alive after 2");
            assertThat(pool.stats().crashes()).isEqualTo(2);
        }
    }

    @Test
    void shouldGiveUpTaskThatKillsWorkersAndNotThePool() throws Exception {
        String file = directory.resolve("attempts").toString();
        try (ProcessPool pool = ProcessPool.builder()
                .workers(1)
                .retries(10)
                .maxCrashesPerTask(2)
                .create()) {
            assertThatThrownBy(() -> pool.apply(Chores::dieAtFirst, file, 100))
                    .isInstanceOf(WorkerCrashedException.class)
                    .hasMessageContaining("attempts=2");
            assertThat(Files.readAllLines(Path.of(file))).hasSize(2);
            assertThat(pool.apply(Chores::square, 2)).isEqualTo(4);
        }
    }

    @Tag("once")
    @Test
    void shouldSurviveManyCrashesInARow() throws Exception {
        int crashes = Integer.getInteger("ipcq.pool.crashes", 20);
        try (ProcessPool pool = ProcessPool.create(2)) {
            List<CompletableFuture<Integer>> doomed = new ArrayList<>();
            for (int i = 0; i < crashes; i++) {
                doomed.add(pool.applyAsync(Chores::halt, 1));
            }
            CompletableFuture<Integer> last = pool.applyAsync(Chores::square, 9);
            for (CompletableFuture<Integer> each : doomed) {
                assertThatThrownBy(each::get).hasCauseInstanceOf(WorkerCrashedException.class);
            }
            assertThat(last.get()).isEqualTo(81);
            assertThat(pool.stats().crashes()).isEqualTo(crashes);
        }
    }

    @Test
    void shouldGiveUpTasksWhenInitializerThrows() throws Exception {
        try (ProcessPool pool = ProcessPool.builder()
                .workers(2)
                .initializer(Chores::neverReady)
                .restartBackOff(Duration.ofMillis(1), Duration.ofMillis(10))
                .create()) {
            assertThatThrownBy(() -> pool.apply(Chores::square, 1))
                    .isInstanceOf(WorkerStartException.class)
                    .hasMessageContaining("its initializer failed")
                    .hasMessageContaining("this worker is not meant to be")
                    .hasCauseInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> pool.apply(Chores::square, 2))
                    .describedAs("it tries again, and says so again")
                    .isInstanceOf(WorkerStartException.class);
        }
    }

    @Test
    void shouldGiveUpTasksWhenHeapIsTooLargeToStart() throws Exception {
        try (ProcessPool pool = ProcessPool.builder()
                .workers(1)
                .maxWorkerHeap("900000t")
                .restartBackOff(Duration.ofMillis(100), Duration.ofSeconds(1))
                .create()) {
            long begin = System.nanoTime();
            assertThatThrownBy(() -> pool.apply(Chores::square, 1))
                    .isInstanceOf(WorkerStartException.class)
                    .hasMessageContaining("heap");
            assertThat(System.nanoTime() - begin)
                    .as("three starts, with 100 ms between the first two and 200 ms between the others")
                    .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    @Tag("once")
    @Test
    void shouldLoseNothingAndRunNothingTwiceWhenWorkersAreKilledAtRandom() throws Exception {
        int tasks = Integer.getInteger("ipcq.pool.tasks", 5_000);
        long pauseMillis = Long.getLong("ipcq.pool.killEvery", 600);
        long seed = Long.getLong("ipcq.seed", System.nanoTime());
        Random random = new Random(seed);
        String file = directory.resolve("notes").toString();
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        try (ProcessPool pool = ProcessPool.create(3)) {
            Thread killer = new Thread(() -> killAtRandom(pool, random, pauseMillis));
            killer.setDaemon(true);
            killer.start();
            do { // more than once if the killer has had no processor
                for (int i = 0; i < tasks; i++) {
                    all.add(pool.applyAsync(Chores::noteAndLinger, file, all.size()));
                }
                for (CompletableFuture<Integer> each : all) {
                    each.exceptionally(crash -> 0).get();
                }
            } while (pool.stats().started() <= 3);
            killer.interrupt();
            killer.join();
            PoolStats stats = pool.stats();
            System.out.println("random killer: seed=" + seed + ", " + stats);
            assertThat(stats.succeeded() + stats.failed()).isEqualTo(all.size());
            assertThat(stats.failed()).isEqualTo(stats.crashes());
        }
        Map<Integer, Integer> runs = new HashMap<>();
        for (String line : Files.readAllLines(Path.of(file))) {
            runs.merge(Integer.valueOf(line), 1, Integer::sum);
        }
        assertThat(runs.values()).describedAs("seed=" + seed).containsOnly(1);
        for (int i = 0; i < all.size(); i++) {
            if (!all.get(i).isCompletedExceptionally()) {
                assertThat(all.get(i).join()).isEqualTo(i);
                assertThat(runs).containsKey(i);
            } else {
                CompletableFuture<Integer> failed = all.get(i);
                assertThatThrownBy(failed::join)
                        .isInstanceOf(CompletionException.class)
                        .hasCauseInstanceOf(WorkerCrashedException.class);
            }
        }
    }

    /**
     * Where workers take longer to start than the pauses are, tasks are done all the same between one kill and the
     * next.
     */
    private static void killAtRandom(ProcessPool pool, Random random, long pauseMillis) {
        try {
            long enough = 0;
            while (true) {
                Thread.sleep(random.nextLong(pauseMillis) + 1);
                PoolStats stats = pool.stats();
                List<Long> pids = List.copyOf(pool.pids());
                if (!pids.isEmpty() && stats.ready() > 0 && stats.succeeded() >= enough) {
                    ProcessHandle.of(pids.get(random.nextInt(pids.size()))).ifPresent(ProcessHandle::destroyForcibly);
                    enough = stats.succeeded() + TASKS_BETWEEN_KILLS;
                }
            }
        } catch (InterruptedException over) {
            // the tasks are done
        }
    }

    @Test
    void shouldCloseWhenWorkersDieMeanwhile() throws Exception {
        try (SharedQueue<String> begun = SharedQueue.create(String.class)) {
            ProcessPool pool = ProcessPool.create(2);
            CompletableFuture<Integer> doomed = pool.applyAsync(Chores::beginAndSleep, begun);
            begun.get();
            pool.shutdown();
            pool.pids().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));

            assertThat(pool.awaitTermination(PATIENCE)).isTrue();
            assertThat(doomed).isCompletedExceptionally();
        }
    }
}
