// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ipcq.pool.Chores.Point;
import io.ipcq.process.CannotTravelException;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a pool does when nothing goes wrong, and with tasks that go wrong by themselves. */
class ProcessPoolIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static ProcessPool pool;

    @BeforeAll
    static void createPool() {
        pool = ProcessPool.create(2);
    }

    @AfterAll
    static void closePool() {
        pool.close();
        assertThat(pool.isTerminated()).isTrue();
    }

    @Test
    void shouldApplyFunctionsOfUpToThreeArguments() throws Exception {
        assertThat(pool.apply(Chores::pid)).isNotEqualTo(ProcessHandle.current().pid());
        assertThat(pool.apply(Chores::square, 7)).isEqualTo(49);
        assertThat(pool.apply(Chores::add, 7, 8)).isEqualTo(15);
        assertThat(pool.apply(Chores::three, "a", 1, new Point(2, 3))).isEqualTo("a1Point[x=2, y=3]");
    }

    @Test
    void shouldApplyLambdasWithoutCast() throws Exception {
        int two = 2;
        int three = pool.apply(() -> two + 1);
        int eight = pool.apply(x -> x * two, 4);
        assertThat(three + eight).isEqualTo(11);
        assertThat(pool.applyAsync((x, y) -> x + y + two, 1, 2).get()).isEqualTo(5);
        assertThat(pool.map(x -> x + two, List.of(1, 2, 3))).containsExactly(3, 4, 5);
    }

    @Test
    void shouldRunFunctionsWithoutResult() throws Exception {
        pool.run(Chores::nothing);
        pool.run(Chores::makeNoise, 1);
        assertThat(pool.runAsync(Chores::nothing).get()).isNull();
        try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
            pool.run(Chores::putInto, queue, "a");
            assertThat(queue.get()).isEqualTo("a");
        }
    }

    @Test
    void shouldPassEveryPlainValueUnchanged() throws Exception {
        for (Object value : new Object[] {
            1,
            -1L,
            Double.NaN,
            -0.0,
            true,
            false,
            "",
            "\ud800 lone",
            "\u4f60\u597d",
            'c',
            (short) 3,
            2.5f,
            List.of(1, "a")
        }) {
            assertThat(pool.<Object, Object>apply(Chores::same, value)).isEqualTo(value);
        }
        assertThat(pool.<Object, Object>apply(Chores::same, null)).isNull();
        byte[] bytes = pool.apply(Chores::same, new byte[] {1, 2});
        assertThat(bytes).containsExactly(1, 2);
    }

    @Test
    void shouldCompleteFuturesInOrderOfMap() throws Exception {
        List<Integer> numbers = IntStream.range(0, 1000).boxed().toList();

        assertThat(pool.map(Chores::square, numbers))
                .isEqualTo(numbers.stream().map(Chores::square).toList());
        assertThat(pool.mapAsync(Chores::square, numbers).get()).hasSize(1000);
        assertThat(pool.map(Chores::square, List.of())).isEmpty();
        assertThat(pool.starmap(Chores::add, List.of(Map.entry(1, 2), Map.entry(3, 4))))
                .containsExactly(3, 7);
        assertThat(pool.starmap(Chores::add, Map.of(5, 6).entrySet())).containsExactly(11);
    }

    @Test
    void shouldMapLazilyAndInOrder() {
        AtomicInteger read = new AtomicInteger();
        Iterable<Integer> endless =
                () -> Stream.iterate(0, i -> i + 1).peek(i -> read.set(i)).iterator();

        try (Stream<Integer> squares = pool.imap(Chores::square, endless)) {
            assertThat(squares.limit(1000))
                    .isEqualTo(IntStream.range(0, 1000).map(i -> i * i).boxed().toList());
        }
        int window = pool.options().window() * pool.options().workers();
        assertThat(read.get()).isLessThanOrEqualTo(1001 + window);
    }

    @Test
    void shouldMapUnordered() {
        try (Stream<Integer> results = pool.imapUnordered(Chores::square, List.of(1, 2, 3, 4, 5))) {
            assertThat(results.toList()).containsExactlyInAnyOrder(1, 4, 9, 16, 25);
        }
    }

    @Test
    void shouldGoOnAfterFailureInLazyMap() {
        Iterator<Integer> results =
                pool.imap(Chores::oddsOnly, List.of(1, 2, 3)).iterator();

        assertThat(results.next()).isEqualTo(1);
        assertThatThrownBy(results::next).isInstanceOf(RemoteTaskException.class);
        assertThat(results.next()).isEqualTo(3);
        assertThat(results.hasNext()).isFalse();
    }

    @Test
    void shouldFailMapWithFirstFailure() {
        assertThatThrownBy(() -> pool.map(Chores::oddsOnly, List.of(1, 3, 4, 5)))
                .isInstanceOf(RemoteTaskException.class)
                .hasMessageContaining("4 is even");
    }

    @Test
    void shouldRunTasksSideBySide() throws Exception {
        try (SharedQueue<String> there = SharedQueue.create(String.class)) {
            // one waits for what the other puts: on one worker they would wait for ever
            CompletableFuture<String> taker = pool.applyAsync(Chores::takeFrom, there);
            pool.runAsync(Chores::putInto, there, "hello").get();

            assertThat(taker.get()).isEqualTo("hello");
        }
    }

    @Test
    void shouldNotLeaveTaskBehindLongOneWhenWorkerIsIdle() throws Exception {
        // short ones first, so that workers are handed tasks in advance
        pool.map(Chores::square, IntStream.range(0, 20_000).boxed().toList());
        try (SharedQueue<String> there = SharedQueue.create(String.class)) {
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                all.add(pool.applyAsync(Chores::square, i));
            }
            CompletableFuture<String> taker = pool.applyAsync(Chores::takeFrom, there);
            for (int i = 0; i < 50; i++) {
                all.add(pool.applyAsync(Chores::square, i));
            }
            all.add(pool.runAsync(Chores::putInto, there, "late"));

            assertThat(taker.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("late");
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
        }
    }

    @Test
    void shouldAttachToQueueOncePerWorker() throws Exception {
        try (ProcessPool one = ProcessPool.create(1);
                SharedQueue<String> queue = SharedQueue.create(String.class)) {
            Set<Integer> identities = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                identities.add(one.apply(Chores::identityOf, queue));
                identities.add(one.apply(() -> Chores.identityOf(queue)));
            }
            assertThat(identities).hasSize(1);
            assertThat(queue.stats().members()).isEqualTo(2);
        }
    }

    @Test
    void shouldSendFunctionOncePerWorker() throws Exception {
        try (ProcessPool one = ProcessPool.create(1)) {
            Chores.Noted function = new Chores.Noted();
            for (int i = 0; i < 100; i++) {
                assertThat(one.apply(function, i)).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldGiveEachTaskTheStateOfItsFunctionAtSubmission() throws Exception {
        Chores.Counter counter = new Chores.Counter();

        assertThat(pool.apply(counter::next)).isEqualTo(1);
        assertThat(pool.apply(counter::next)).isEqualTo(1);
        counter.calls = 5;
        assertThat(pool.apply(counter::next)).isEqualTo(6);
    }

    /** Each task has a counter of its own, which counts the elements that the task stands for. */
    @Test
    void shouldPutAsManyElementsIntoTaskAsTheCallSays() throws Exception {
        Chores.Counter counter = new Chores.Counter();
        List<Integer> seven = List.of(0, 0, 0, 0, 0, 0, 0);
        List<Integer> inThrees = List.of(1, 2, 3, 1, 2, 3, 1);

        assertThat(pool.map(ignored -> counter.next(), seven, 3)).isEqualTo(inThrees);
        assertThat(pool.mapAsync(ignored -> counter.next(), seven, 3).get()).isEqualTo(inThrees);
        try (Stream<Integer> ordered = pool.imap(ignored -> counter.next(), seven, 3);
                Stream<Integer> unordered = pool.imapUnordered(ignored -> counter.next(), seven, 3)) {
            assertThat(ordered.toList()).isEqualTo(inThrees);
            assertThat(unordered.toList()).containsExactlyInAnyOrderElementsOf(inThrees);
        }
        assertThatThrownBy(() -> pool.map(ignored -> counter.next(), seven, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("chunkSize=0");
    }

    @Test
    void shouldKnowManyMoreFunctionsThanItRemembers() throws Exception {
        List<Integer> seen = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 700; i++) {
                int number = i;
                seen.add(pool.apply(() -> number));
            }
        }
        assertThat(seen).hasSize(1400).endsWith(699);
    }

    @Test
    void shouldRefuseWhatCannotTravelAndNameThePath() {
        Chores.Opaque opaque = new Chores.Opaque();

        assertThatThrownBy(() -> pool.apply(() -> opaque.toString()))
                .isInstanceOf(CannotTravelException.class)
                .hasMessageContaining("function -> captured argument 0 (" + Chores.Opaque.class.getName() + ")");
        assertThatThrownBy(() -> pool.apply(Chores::same, new Chores.Carrier()))
                .isInstanceOf(CannotTravelException.class)
                .hasMessageContaining("argument 1 (" + Chores.Carrier.class.getName() + ").opaque");
        Callable<Integer> plain = () -> 1;
        assertThatThrownBy(() -> pool.submit(plain))
                .isInstanceOf(CannotTravelException.class)
                .hasMessageContaining("SerializableCallable");
        ProcessPool captured = pool;
        assertThatThrownBy(() -> pool.apply(() -> captured.apply(Chores::pid)))
                .describedAs("its own pool")
                .isInstanceOf(CannotTravelException.class)
                .hasMessageContaining(ProcessPool.class.getName());
        assertThatThrownBy(
                        () -> ProcessPool.builder().initializer(o -> {}, opaque).create())
                .isInstanceOf(CannotTravelException.class);
    }

    @Test
    void shouldUsePoolOfItsOwnWithinTask() throws Exception {
        assertThat(pool.apply(Chores::usePoolWithin, 6)).isEqualTo(36);
    }

    @Test
    void shouldBringExceptionWithItsCauseAndRemoteStack() {
        assertThatThrownBy(() -> pool.apply(Chores::fail, "broken"))
                .isInstanceOf(RemoteTaskException.class)
                .hasMessageContaining("broken")
                .hasMessageContaining("Chores.fail")
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("the reason")
                .satisfies(e -> assertThat(((RemoteTaskException) e).remoteStack())
                        .contains("at io.ipcq.pool.Chores.fail")
                        .contains("Caused by: java.io.IOException: the reason"));
        assertThatThrownBy(() -> pool.applyAsync(Chores::fail, "broken").get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldLeadToTheCallerByTheStackTraceOfAFailure() {
        Iterator<Integer> lazy = pool.imap(Chores::oddsOnly, List.of(2)).iterator();
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> pool.apply(Chores::fail, "broken"), () -> pool.map(Chores::oddsOnly, List.of(2)), lazy::next)) {
            assertThatThrownBy(call)
                    .isInstanceOf(RemoteTaskException.class)
                    .satisfies(e -> assertThat(e.getStackTrace())
                            .extracting(StackTraceElement::getClassName)
                            .contains(ProcessPoolIT.class.getName()));
        }
    }

    @Test
    void shouldCarryWhatCodecTakes() throws Exception {
        Chores.Order order = new Chores.Order(1, List.of(new Chores.Item("tea")));
        Chores.Order more = new Chores.Order(2, order.items());
        assertThat(pool.apply(Chores::more, order)).isEqualTo(more);
        assertThat(pool.map(Chores::more, List.of(order, more))).first().isEqualTo(more);
        assertThat(pool.apply(() -> order.number())).isEqualTo(1);
        assertThatThrownBy(() -> pool.run(Chores::failWith, order))
                .cause()
                .isInstanceOfSatisfying(
                        Chores.OrderFailure.class,
                        failure -> assertThat(failure.order).isEqualTo(order));
    }

    @Test
    void shouldFailOneTaskWhenItsResultOrExceptionCannotTravel() throws Exception {
        assertThatThrownBy(() -> pool.apply(Chores::opaque))
                .hasCauseInstanceOf(CannotTravelException.class)
                .hasMessageContaining("result (" + Chores.Opaque.class.getName() + ") is not Serializable");
        assertThatThrownBy(() -> pool.apply(Chores::carrier)).hasMessageContaining(".opaque");
        assertThatThrownBy(() -> pool.apply(Chores::homebound)).isInstanceOf(UnreadableResultException.class);
        assertThatThrownBy(() -> pool.run(Chores::failOddly, "odd"))
                .isInstanceOf(RemoteTaskException.class)
                .hasNoCause()
                .hasMessageContaining("OddFailure: odd");
        assertThatThrownBy(() -> pool.run(Chores::failUnreadably))
                .isInstanceOf(RemoteTaskException.class)
                .hasNoCause();
        assertThat(pool.apply(Chores::square, 2)).isEqualTo(4);
    }

    @Test
    void shouldReportExhaustedStackAndMemory() throws Exception {
        assertThatThrownBy(() -> pool.apply(Chores::exhaustStack, 0))
                .isInstanceOf(RemoteTaskException.class)
                .hasMessageContaining("StackOverflowError");
        try (ProcessPool small =
                ProcessPool.builder().workers(1).maxWorkerHeap("32m").create()) {
            long before = small.apply(Chores::pid);
            assertThatThrownBy(() -> small.apply(Chores::exhaustMemory))
                    .isInstanceOf(RemoteTaskException.class)
                    .hasMessageContaining("OutOfMemoryError");
            assertThat(small.apply(Chores::pid)).describedAs("replaced").isNotEqualTo(before);
        }
    }

    @Test
    void shouldCarryLargeArgumentsAndResults() throws Exception {
        int size = 100_000_000;
        byte[] result = pool.apply(Chores::bytes, size);
        assertThat(result.length).isEqualTo(size);
        assertThat(result[0] + result[size - 1]).isEqualTo(3);
        assertThat(pool.apply(Chores::lengthOf, result)).isEqualTo(size);
        List<CompletableFuture<Integer>> lengths = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            lengths.add(pool.applyAsync(Chores::lengthOf, new byte[1_000_000 + i]));
            lengths.add(pool.applyAsync(Chores::square, i));
        }
        assertThat(lengths.get(38).get()).isEqualTo(1_000_019);
        assertThat(lengths.get(39).get()).isEqualTo(361);
    }

    @Test
    void shouldSurviveNoise() throws Exception {
        pool.run(Chores::makeNoise, 10_000);
        pool.run(Chores::makeNativeNoise);

        assertThat(pool.apply(Chores::square, 3)).isEqualTo(9);
    }

    @Test
    void shouldMeanWhatTheJdkMeans() throws Exception {
        ExecutorService executor = pool;
        io.ipcq.process.SerializableCallable<Integer> five = () -> 5;
        io.ipcq.process.SerializableCallable<Integer> failing = () -> Chores.fail("no");
        SerializableTask nothing = Chores::nothing;

        assertThat(executor.submit(five).get()).isEqualTo(5);
        assertThat(executor.submit(nothing).get()).isNull();
        assertThat(executor.submit(nothing, "done").get()).isEqualTo("done");
        assertThat(pool.submit(() -> 6).get()).isEqualTo(6);
        assertThat(pool.submit(() -> Chores.nothing()).get()).isNull();
        pool.execute(() -> Chores.nothing());
        List<Future<Integer>> all = executor.invokeAll(List.of(five, failing));
        assertThat(all.get(0).get()).isEqualTo(5);
        assertThatThrownBy(all.get(1)::get).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(executor.invokeAny(List.of(failing, five))).isEqualTo(5);
        assertThatThrownBy(() -> executor.invokeAny(List.of(failing))).isInstanceOf(ExecutionException.class);
        io.ipcq.process.SerializableCallable<Integer> slow = Chores::sleep;
        List<Future<Integer>> late = executor.invokeAll(List.of(five, slow), 500, TimeUnit.MILLISECONDS);
        assertThat(late.get(1).isCancelled()).isTrue();
        assertThatThrownBy(() -> executor.invokeAny(List.of(slow), 50, TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);
    }

    @Test
    void shouldLetCallbacksUseThePool() throws Exception {
        CompletableFuture<Integer> chained = pool.applyAsync(Chores::sleepFor, 50)
                .thenApply(millis -> {
                    try {
                        return pool.apply(Chores::square, 3)
                                + pool.map(Chores::square, List.of(1, 2)).get(1);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });

        assertThat(chained.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(13);
    }

    @Test
    void shouldRunWaitingTasksAfterShutdownAndRefuseNewOnes() throws Exception {
        ProcessPool two = ProcessPool.create(2);
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            all.add(two.applyAsync(Chores::square, i));
        }
        two.shutdown();

        assertThatThrownBy(() -> two.applyAsync(Chores::square, 1)).isInstanceOf(RejectedExecutionException.class);
        assertThat(two.awaitTermination(PATIENCE)).isTrue();
        assertThat(all).allSatisfy(task -> assertThat(task).isCompleted());
        assertThat(two.isTerminated()).isTrue();
        assertThat(two.stats().succeeded()).isEqualTo(50);
    }

    @Test
    void shouldCancelWaitingAndInterruptRunningTasksAtShutdownNow() throws Exception {
        ProcessPool one = ProcessPool.create(1);
        CompletableFuture<Integer> running;
        List<CompletableFuture<Integer>> waiting;
        try (SharedQueue<String> begun = SharedQueue.create(String.class)) {
            running = one.applyAsync(Chores::beginAndSleep, begun);
            waiting = List.of(one.applyAsync(Chores::square, 2), one.applyAsync(Chores::square, 3));
            begun.get();
        }

        List<Runnable> never = one.shutdownNow();

        assertThat(never).hasSize(2);
        never.forEach(Runnable::run);
        assertThat(one.awaitTermination(PATIENCE)).isTrue();
        assertThatThrownBy(running::get).isInstanceOf(ExecutionException.class);
        assertThat(waiting).allSatisfy(task -> assertThat(task.isCancelled()).isTrue());
    }

    @Test
    void shouldCloseWhileWorkersStart() throws Exception {
        ProcessPool three = ProcessPool.create(3);
        three.close();
        assertThat(three.isTerminated()).isTrue();
        assertThat(three.pids()).isEmpty();
    }

    @Test
    void shouldNotBeKeptByThreadsThatTaskLeft() throws Exception {
        try (ProcessPool one = ProcessPool.create(1)) {
            assertThat(one.apply(Chores::leaveThreads)).isEqualTo(1);
        }
    }

    @Test
    void shouldInterruptRunningTaskWhenCancelled() throws Exception {
        try (ProcessPool one =
                ProcessPool.builder().workers(1).killAfter(PATIENCE).create()) {
            long pid = one.apply(Chores::pid);
            CompletableFuture<Integer> sleeper = one.applyAsync(Chores::sleep);
            await().atMost(PATIENCE).until(() -> one.stats().busy() == 1);
            assertThat(sleeper.cancel(true)).isTrue();
            assertThatThrownBy(sleeper::get).isInstanceOf(CancellationException.class);
            assertThat(one.apply(Chores::pid))
                    .describedAs("an interrupt was enough")
                    .isEqualTo(pid);
        }
    }

    @Test
    void shouldKillOneWorkerWhenCancelledTaskDoesNotEnd() throws Exception {
        try (ProcessPool two = ProcessPool.builder()
                        .workers(2)
                        .killAfter(Duration.ofMillis(50))
                        .create();
                SharedQueue<String> there = SharedQueue.create(String.class)) {
            CompletableFuture<String> other = two.applyAsync(Chores::takeFrom, there);
            CompletableFuture<Integer> spinner = two.applyAsync(Chores::spin);
            await().atMost(PATIENCE).until(() -> two.stats().busy() == 2);
            spinner.cancel(true);
            assertThat(two.apply(Chores::square, 4)).isEqualTo(16);
            there.put("go on");
            assertThat(other.get()).isEqualTo("go on");
            assertThat(two.stats().crashes()).isZero();
        }
    }

    @Test
    void shouldNeverBeginTaskThatWasCancelledBefore() throws Exception {
        try (ProcessPool one = ProcessPool.create(1);
                SharedQueue<String> there = SharedQueue.create(String.class);
                SharedQueue<String> queue = SharedQueue.create(String.class)) {
            one.map(Chores::square, IntStream.range(0, 5_000).boxed().toList());
            CompletableFuture<String> first = one.applyAsync(Chores::takeFrom, there);
            CompletableFuture<Void> second = one.runAsync(Chores::putInto, queue, "never");
            CompletableFuture<Integer> third = one.applyAsync(Chores::square, 5);
            assertThat(second.cancel(false)).isTrue();
            there.put("go on");
            assertThat(third.get()).isEqualTo(25);
            assertThat(first.get()).isEqualTo("go on");
            assertThat(queue.qsize()).isZero();
        }
    }

    @Test
    void shouldEndTaskThatTakesTooLong() throws Exception {
        try (ProcessPool one = ProcessPool.builder()
                .workers(1)
                .taskTimeout(Duration.ofSeconds(1))
                .killAfter(Duration.ofMillis(100))
                .create()) {
            CompletableFuture<Integer> spinner = one.applyAsync(Chores::spin);
            CompletableFuture<Integer> sleeper = one.applyAsync(Chores::sleep);

            assertThatThrownBy(spinner::get).hasCauseInstanceOf(TaskTimeoutException.class);
            assertThatThrownBy(sleeper::get).hasCauseInstanceOf(TaskTimeoutException.class);
            assertThat(squareInTime(one, 2)).isEqualTo(4);
            assertThatThrownBy(() -> one.apply(Chores::sleep)).isInstanceOf(TaskTimeoutException.class);
            assertThat(squareInTime(one, 3)).isEqualTo(9);
        }
    }

    /** Where tasks have little time, and the machine may be busy, one that ends in time will do. */
    static int squareInTime(ProcessPool pool, int number) throws InterruptedException {
        while (true) {
            try {
                return pool.apply(Chores::square, number);
            } catch (TaskTimeoutException busy) {
                // the next one may have its time
            }
        }
    }

    @Test
    void shouldRunInitializerBeforeFirstTask() throws Exception {
        try (ProcessPool one = ProcessPool.builder()
                .workers(1)
                .initializer(Chores::prepare, "well")
                .create()) {
            assertThat(one.apply(Chores::prepared)).isEqualTo("well");
        }
    }

    @Test
    void shouldReplaceWorkerAfterItsTasks() throws Exception {
        try (ProcessPool one =
                ProcessPool.builder().workers(1).maxTasksPerWorker(2).create()) {
            Map<Long, Integer> tasks = new HashMap<>();
            for (long pid : one.map(ignored -> Chores.pid(), List.of(1, 2, 3, 4))) {
                tasks.merge(pid, 1, Integer::sum);
            }
            assertThat(tasks).hasSize(2).containsValues(2, 2);
        }
    }

    @Test
    void shouldWorkThroughBacklogWithOneTaskPerWorker() throws Exception {
        int backlog = Integer.getInteger("ipcq.pool.backlog", 12);
        try (ProcessPool two =
                ProcessPool.builder().workers(2).maxTasksPerWorker(1).create()) {
            List<CompletableFuture<UUID>> workers = new ArrayList<>();
            for (int i = 0; i < backlog; i++) {
                workers.add(two.applyAsync(Chores::incarnation));
            }
            Set<UUID> different = new HashSet<>();
            for (CompletableFuture<UUID> worker : workers) {
                different.add(worker.get());
            }
            assertThat(different).hasSize(backlog);
        }
    }

    @Test
    void shouldGrowAndShrink() throws Exception {
        try (ProcessPool any = ProcessPool.create(1)) {
            any.apply(Chores::pid);
            any.resize(3);
            await().atMost(PATIENCE).until(() -> any.stats().ready() == 3);
            any.resize(1);
            await().atMost(PATIENCE)
                    .until(() -> any.stats().workers() == 1 && any.pids().size() == 1);
            assertThat(any.apply(Chores::square, 2)).isEqualTo(4);
        }
    }

    @Test
    void shouldTellProgress() throws Exception {
        List<Progress> seen = java.util.Collections.synchronizedList(new ArrayList<>());
        CountDownLatch all = new CountDownLatch(1);
        try (ProcessPool one = ProcessPool.builder()
                .workers(1)
                .progress(progress -> {
                    seen.add(progress);
                    if (progress.done() == 11) {
                        all.countDown();
                    }
                })
                .create()) {
            one.map(Chores::square, IntStream.range(0, 10).boxed().toList());
            assertThatThrownBy(() -> one.apply(Chores::fail, "counted"));
            assertThat(all.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        assertThat(seen).contains(new Progress(11, 11, 1));
    }

    @Test
    void shouldRefuseOptionsThatMakeNoSense() {
        assertThatThrownBy(() -> ProcessPool.create(0)).hasMessage("workers must be at least 1: workers=0");
        assertThatThrownBy(() -> ProcessPool.builder().maxWorkerHeap("lots").create())
                .hasMessageContaining("maxWorkerHeap=lots");
        assertThatThrownBy(
                        () -> ProcessPool.builder().taskTimeout(Duration.ZERO).create())
                .hasMessageContaining("taskTimeout");
        assertThatThrownBy(() -> pool.resize(0)).hasMessageContaining("workers=0");
    }
}
