// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.process.SerializableFunction;
import io.ipcq.test.FaultKind;
import io.ipcq.test.FaultPoints;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The process in which {@link PoolErrorsIT} lets errors come up; its pools have threads of it as workers, or JVMs where
 * these are needed.
 */
final class PoolErrorsProgram {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration NEVER = Duration.ofHours(1);
    private static final int MOST_IN_A_ROW = 10;
    private static final int ENDS = 40;

    private static final AtomicInteger RUNS = new AtomicInteger();
    private static volatile CountDownLatch over = new CountDownLatch(1);
    private static volatile boolean initializerFails;

    private PoolErrorsProgram() {}

    /** What is tried. */
    enum Scenario {
        /**
         * A slot goes on after any number of errors in a row, of which all but the first come up in what is done about
         * one.
         */
        SLOT_GOES_ON {
            @Override
            void run() throws Exception {
                try (ProcessPool pool = builder().create()) {
                    for (int inARow = 1; inARow <= MOST_IN_A_ROW; inARow++) {
                        requireWhole(pool);
                        long before = pool.stats().started();
                        FaultPoints.arm(LastInstant::isSlots, 1, inARow, kind(inARow));
                        var unused = pool.applyAsync(PoolErrorsProgram::same, 1); // which may be given up
                        await(
                                "another worker after errors: " + inARow,
                                () -> pool.stats().started() > before);
                        FaultPoints.disarm();
                    }
                    requireWhole(pool);
                }
            }
        },
        /** A slot ends, whichever errors in a row come up in its end. */
        SLOT_ENDS {
            @Override
            void run() throws Exception {
                int count = end(0, 1);
                for (int n = 1; n <= count; n += 1 + count / ENDS) {
                    end(n, 1 + n % MOST_IN_A_ROW);
                }
            }
        },
        /** A pool that cannot be made leaves no worker. */
        POOL_THAT_CANNOT_BE_MADE {
            @Override
            void run() {
                FaultPoints.armAt(
                        any -> true,
                        site -> site.startsWith("ProcessPool.<init>:") && site.endsWith("before Cleaner.register"),
                        1,
                        FaultKind.OUT_OF_MEMORY);
                assertThatThrownBy(() -> builder().create()).isInstanceOf(OutOfMemoryError.class);
                FaultPoints.disarm();
                awaitNoSlots();
            }
        },
        /** What has failed in the middle of a large result does not become a part of the next one. */
        LARGE_RESULT_IS_CUT_SHORT {
            @Override
            void run() throws Exception {
                int bytes = 900_000;
                try (ProcessPool pool = builder().create()) {
                    requireWhole(pool);
                    AtomicInteger pieces = new AtomicInteger();
                    FaultPoints.armAt(
                            any -> true,
                            site -> site.equals("Chunks.piece at its entry") && pieces.incrementAndGet() == 2,
                            1,
                            FaultKind.INTERNAL);
                    CompletableFuture<byte[]> cutShort = pool.applyAsync(PoolErrorsProgram::bytes, bytes);
                    assertThat(cutShort.handle((value, failure) -> failure != null)
                                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                            .isTrue();
                    assertThat(FaultPoints.disarm().thrown()).isNotNull();
                    for (int i = 0; i < 3; i++) {
                        assertThat(pool.apply(PoolErrorsProgram::bytes, bytes)).hasSize(bytes);
                    }
                }
            }
        },
        /** Each failure of a slot is told, also if one follows another. */
        EACH_FAILURE_IS_TOLD {
            @Override
            void run() throws Exception {
                int failures = 3;
                AtomicInteger told = new AtomicInteger();
                PrintingLogProvider.before =
                        logger -> told.addAndGet(logger.equals(WorkerSlot.class.getName()) ? 1 : 0);
                try (ProcessPool pool = builder().maxTasksPerWorker(1).create()) {
                    FaultPoints.armAt(
                            LastInstant::isSlots,
                            site -> site.startsWith("Dispatcher.bury:"),
                            failures,
                            FaultKind.INTERNAL);
                    requireWhole(pool);
                    await("another worker", () -> pool.stats().started() == 2);
                    FaultPoints.disarm();
                    await("all that is told", () -> told.get() == failures);
                }
            }
        },
        /**
         * What comes to depend on a future in the instant in which it is completed runs in the thread of the slot, and
         * may wait for the pool all the same, and for its end.
         */
        DEPENDENT_OF_THE_LAST_INSTANT {
            @Override
            void run() throws Exception {
                ProcessPool pool = builder().create();
                for (int i = 0; i < 3; i++) {
                    int number = i;
                    assertThat(completedWith(pool, ignored -> apply(pool, number)))
                            .isEqualTo(number);
                    requireWhole(pool);
                }
                completedWith(pool, ignored -> {
                    Thread.currentThread().interrupt();
                    return 0;
                });
                requireWhole(pool);
                assertThat(pool.stats().started()).isOne();
                completedWith(pool, ignored -> {
                    pool.close();
                    return 0;
                });
                assertThat(pool.isTerminated()).isTrue();
                awaitNoSlots();
            }
        },
        /** What has been submitted of a map does not run if the rest cannot be. */
        MAP_THAT_CANNOT_BE_SUBMITTED {
            @Override
            void run() throws Exception {
                try (ProcessPool pool = builder().create()) {
                    CompletableFuture<Integer> running = pool.applyAsync(PoolErrorsProgram::neverEnd, 1);
                    await("a task runs", () -> RUNS.get() == 1);
                    AtomicInteger submitted = new AtomicInteger();
                    FaultPoints.armAt(
                            any -> true,
                            site -> site.startsWith("Dispatcher.submit ") && submitted.incrementAndGet() == 3,
                            1,
                            FaultKind.INTERNAL);
                    assertThatThrownBy(() -> pool.mapAsync(PoolErrorsProgram::same, List.of(1, 2, 3, 4)))
                            .isInstanceOf(InternalError.class);
                    FaultPoints.disarm();
                    long cancelled = pool.stats().cancelled();
                    over.countDown();
                    assertThat(cancelled).isEqualTo(2);
                    assertThat(running.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                            .isEqualTo(1);
                }
            }
        },
        /** Where no worker can start any more, callbacks that found no thread are looked at again. */
        HOPELESS_POOL_LOOKS_AT_CALLBACKS {
            @Override
            void run() throws Exception {
                initializerFails = true;
                try (ProcessPool pool =
                        builder().initializer(PoolErrorsProgram::initialize).create()) {
                    refuseThreads();
                    CompletableFuture<Integer> given = pool.applyAsync(PoolErrorsProgram::same, 1);
                    await("nobody can start", () -> pool.stats().failed() == 1 && slotIsIn("awaitNeed"));
                    FaultPoints.disarm();
                    requireFailed(given, WorkerStartException.class);
                }
            }
        },
        /** The same in the pause before a start is tried again. */
        PAUSING_POOL_LOOKS_AT_CALLBACKS {
            @Override
            void run() throws Exception {
                try (ProcessPool pool = builder()
                        .initializer(PoolErrorsProgram::initialize)
                        .restartBackOff(NEVER, NEVER)
                        .maxTasksPerWorker(1)
                        .create()) {
                    await("a worker", () -> pool.stats().ready() == 1);
                    initializerFails = true;
                    refuseThreads();
                    CompletableFuture<Integer> done =
                            pool.applyAsync(PoolErrorsProgram::same, 1).thenApply(one -> one);
                    await(
                            "a pause",
                            () -> pool.stats().started() == 2 && pool.pids().isEmpty() && slotIsIn("awaitNeed"));
                    FaultPoints.disarm();
                    assertThat(done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);
                }
            }
        },
        /** The same after the end, though nobody waits for it. */
        ENDED_POOL_LOOKS_AT_CALLBACKS {
            @Override
            void run() throws Exception {
                ProcessPool pool = builder().create();
                refuseThreads();
                CompletableFuture<Integer> last =
                        pool.applyAsync(PoolErrorsProgram::same, 1).thenApply(one -> one);
                pool.shutdown();
                await("the end", pool::isTerminated);
                FaultPoints.disarm();
                assertThat(last.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);
            }
        },
        /** Time that is over is what a task fails with, though its worker is killed before that could be told. */
        TASK_OUT_OF_TIME_IS_NOT_RUN_AGAIN {
            @Override
            void run() throws Exception {
                try (ProcessPool pool = builder()
                        .retries(3)
                        .taskTimeout(Duration.ofMillis(50))
                        .killAfter(Duration.ofMillis(1))
                        .create()) {
                    refuseThreads();
                    CompletableFuture<Integer> stubborn = pool.applyAsync(PoolErrorsProgram::neverEnd, 1);
                    await(
                            "another worker",
                            () -> pool.stats().started() > 1 && pool.stats().ready() == 1);
                    assertThat(pool.stats().busy()).isZero();
                    FaultPoints.disarm();
                    requireFailed(stubborn, TaskTimeoutException.class);
                    // not begun at all, if its time was over before
                    assertThat(RUNS).hasValueLessThanOrEqualTo(1);
                    assertThat(pool.stats().failed()).isEqualTo(1);
                } finally {
                    over.countDown();
                }
            }
        },
        /** The end of a task is told, though an error came up where it was noted. */
        END_IS_TOLD_THOUGH_NOTING_IT_FAILS {
            @Override
            void run() throws Exception {
                try (ProcessPool pool = builder().create()) {
                    requireCompleted(pool.applyAsync(PoolErrorsProgram::same, 1));
                    requireCompletedAfterErrorIn("Completions.answer", pool, PoolErrorsProgram::same);
                }
                try (ProcessPool pool = builder()
                        .taskTimeout(Duration.ofMillis(50))
                        .killAfter(Duration.ofMillis(1))
                        .create()) {
                    requireCompletedAfterErrorIn("Completions.failure", pool, PoolErrorsProgram::neverEnd);
                } finally {
                    over.countDown();
                }
            }
        },
        /**
         * What a worker logs comes while no thread can be had, of which the pool tells a logger that waits for others
         * who use the pool.
         */
        LOGGER_IS_CALLED_WITHOUT_LOCK {
            @Override
            boolean needsJvms() {
                return true;
            }

            @Override
            void run() throws Exception {
                try (ProcessPool pool = builder().create()) {
                    await("a worker", () -> pool.stats().ready() == 1);
                    CompletableFuture<PoolStats> told = new CompletableFuture<>();
                    PrintingLogProvider.before = logger -> told.complete(statsForAnother(pool));
                    refuseThreads();
                    CompletableFuture<Void> logging = pool.runAsync(Chores::logBySlf4j, "of a worker");
                    PoolStats seen = told.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                    FaultPoints.disarm(); // also for the end of the pool, if this fails
                    assertThat(seen).isNotNull();
                    logging.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                }
            }
        },
        /**
         * Callbacks that were left behind are run, also if others are left behind before somebody goes on with them.
         */
        TWO_BATCHES_ARE_LEFT_BEHIND {
            @Override
            void run() throws Exception {
                Callbacks callbacks = new Callbacks("test");
                Call first = new Call(true);
                Call second = new Call(true);
                Call rest = new Call(false);
                callbacks.addAll(List.of(first, second, rest));
                awaitLook(callbacks, rest);
                first.awaitBegin();
                second.awaitBegin();
                // an idle thread would go on with what is to be left behind; it ends after a second
                await("no idle thread", () -> callbackThreads().equals(Set.of(first.thread, second.thread)));
                Call third = new Call(true);
                Call behind = new Call(false);
                callbacks.addAll(List.of(third, behind));
                third.awaitBegin();
                Thread doomed = second.thread;
                FaultPoints.armAt(
                        any -> true,
                        site -> isThreadMade(site)
                                || site.startsWith("Callbacks$Batch.done") && Thread.currentThread() == doomed,
                        Integer.MAX_VALUE,
                        FaultKind.OUT_OF_MEMORY);
                assertThat(callbackThreads()).containsExactlyInAnyOrder(first.thread, doomed, third.thread);
                loseTurn(callbacks); // who has the third; nobody goes on with what comes after it
                second.mayEnd.countDown();
                doomed.join(PATIENCE.toMillis());
                assertThat(doomed.isAlive()).isFalse();
                assertThat(behind.begun.getCount()).isOne();
                FaultPoints.disarm();
                awaitLook(callbacks, behind);
                for (Call each : List.of(first, third)) {
                    each.mayEnd.countDown();
                }
                assertThat(callbacks.awaitQuiet(System.nanoTime() + PATIENCE.toNanos()))
                        .isTrue();
            }
        };

        abstract void run() throws Exception;

        /** Whether threads in place of JVMs would not do. */
        boolean needsJvms() {
            return false;
        }
    }

    public static void main(String[] args) throws Exception {
        boolean asThreads = System.getProperty("ipcq.children", "jvms").equals("threads");
        for (Scenario scenario : scenarios(asThreads)) {
            initializerFails = false;
            PrintingLogProvider.before = logger -> {};
            RUNS.set(0);
            over = new CountDownLatch(1);
            scenario.run();
            System.out.println(scenario);
        }
    }

    static List<Scenario> scenarios(boolean asThreads) {
        return Arrays.stream(Scenario.values())
                .filter(scenario -> scenario.needsJvms() != asThreads)
                .toList();
    }

    // ---- tasks ------------------------------------------------------------------------------------------------------

    private static int same(int number) {
        return number;
    }

    private static byte[] bytes(int count) {
        return new byte[count];
    }

    private static int neverEnd(int number) {
        RUNS.incrementAndGet();
        CountDownLatch mine = over;
        while (mine.getCount() > 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        return number;
    }

    private static void initialize() {
        if (initializerFails) {
            throw new IllegalStateException("made by a test");
        }
    }

    // ---- pools ------------------------------------------------------------------------------------------------------

    private static ProcessPoolBuilder builder() {
        return ProcessPool.builder().workers(1).restartBackOff(Duration.ofMillis(1), Duration.ofMillis(1));
    }

    private static void requireWhole(ProcessPool pool) throws Exception {
        assertThat(pool.applyAsync(PoolErrorsProgram::same, 1).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isEqualTo(1);
    }

    private static int apply(ProcessPool pool, int number) {
        try {
            return pool.apply(PoolErrorsProgram::same, number);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Has something depend on a future that the thread of a slot is about to complete; what that gives. */
    private static int completedWith(ProcessPool pool, Function<Integer, Integer> dependent) throws Exception {
        return LastInstant.attach(pool, dependent).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** What another thread than this one sees, which waits for it; null if that one has to wait. */
    private static PoolStats statsForAnother(ProcessPool pool) {
        try {
            return CompletableFuture.supplyAsync(pool::stats, work -> new Thread(work).start())
                    .get(PATIENCE.toSeconds() / 2, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            return null;
        }
    }

    private static void requireCompleted(CompletableFuture<Integer> future) throws Exception {
        assertThat(future.handle((value, failure) -> true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
    }

    private static void requireCompletedAfterErrorIn(
            String method, ProcessPool pool, SerializableFunction<Integer, Integer> task) throws Exception {
        FaultPoints.armAt(any -> true, site -> site.startsWith(method + ":"), 1, FaultKind.INTERNAL);
        CompletableFuture<Integer> future = pool.applyAsync(task, 1);
        requireCompleted(future);
        assertThat(FaultPoints.disarm().site()).startsWith(method);
        await(
                "all is counted",
                () -> pool.stats().submitted()
                        == pool.stats().succeeded()
                                + pool.stats().failed()
                                + pool.stats().cancelled());
    }

    private static void requireFailed(CompletableFuture<?> future, Class<? extends Throwable> reason) {
        assertThatThrownBy(() -> future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(reason);
    }

    /** Ends a pool; says how many points the slot passed. */
    private static int end(int n, int inARow) throws Exception {
        ProcessPool pool = builder().create();
        requireWhole(pool);
        FaultPoints.arm(LastInstant::isSlots, n, inARow, kind(n));
        pool.shutdown();
        assertThat(pool.awaitTermination(PATIENCE))
                .as("n=%d, in a row=%d", n, inARow)
                .isTrue();
        return FaultPoints.disarm().count();
    }

    private static boolean slotIsIn(String method) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> LastInstant.isSlots(thread.getKey()))
                .map(Map.Entry::getValue)
                .anyMatch(stack -> Arrays.stream(stack)
                        .anyMatch(frame -> frame.getMethodName().equals(method)));
    }

    private static void awaitNoSlots() {
        await(
                "no thread of a slot",
                () -> Thread.getAllStackTraces().keySet().stream().noneMatch(LastInstant::isSlots));
    }

    private static FaultKind kind(int number) {
        return FaultKind.values()[number % FaultKind.values().length];
    }

    /** No thread can be had for callbacks. */
    private static void refuseThreads() {
        FaultPoints.armAt(any -> true, PoolErrorsProgram::isThreadMade, Integer.MAX_VALUE, FaultKind.OUT_OF_MEMORY);
    }

    private static boolean isThreadMade(String site) {
        return site.startsWith("Callbacks.beginThread:") && site.endsWith("before Thread.start");
    }

    private static void await(String what, BooleanSupplier there) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!there.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("it does not come: " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    // ---- callbacks --------------------------------------------------------------------------------------------------

    /** One that blocks though it was not to be expected, or does not. */
    private static final class Call implements Callbacks.Callback {

        private final CountDownLatch mayEnd;
        private final CountDownLatch begun = new CountDownLatch(1);
        private volatile Thread thread;

        Call(boolean blocks) {
            this.mayEnd = new CountDownLatch(blocks ? 1 : 0);
        }

        @Override
        public boolean mayBlock() {
            return false;
        }

        @Override
        public void run() throws InterruptedException {
            thread = Thread.currentThread();
            begun.countDown();
            mayEnd.await();
        }

        @Override
        public void failed(Throwable failure) {}

        void awaitBegin() throws InterruptedException {
            assertThat(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    private static Set<Thread> callbackThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("ipcq-test-callback"))
                .collect(Collectors.toSet());
    }

    /** Whoever has the turn and blocks loses it, until something is begun. */
    private static void awaitLook(Callbacks callbacks, Call call) {
        await("a callback", () -> {
            callbacks.look();
            return call.begun.getCount() == 0;
        });
    }

    private static void loseTurn(Callbacks callbacks) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
        await("time", () -> System.nanoTime() - end > 0);
        callbacks.look();
    }
}
