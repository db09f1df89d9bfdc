// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.process.ChildProcess;
import io.ipcq.process.StartMethod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;

/** The process in which {@link PoolDependentsIT} has all sorts of things depend on a pool's results. */
final class PoolDependentsProgram {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A dependent that is to be waited for is waited for at least so long. */
    private static final Duration MOMENT = Duration.ofMillis(200);

    private static final StackOverflowError MADE = new StackOverflowError("made by a test");

    private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();

    private static final List<Way> IN_THREADS_OF_POOL = List.of(Way.LAST_INSTANT, Way.ASYNC, Way.MAP);

    private static Path directory = Path.of("");
    private static int gates;

    private PoolDependentsProgram() {}

    /** How something comes to depend on a result. */
    enum Way {
        /** It runs in the thread of a slot. */
        LAST_INSTANT {
            @Override
            CompletableFuture<Integer> attach(ProcessPool pool, Function<Integer, Integer> dependent) throws Exception {
                return LastInstant.attach(pool, one -> {
                    assertThat(LastInstant.isSlots(Thread.currentThread())).isTrue();
                    return dependent.apply(one);
                });
            }
        },
        /** It was there before, as on most futures. */
        ASYNC {
            @Override
            CompletableFuture<Integer> attach(ProcessPool pool, Function<Integer, Integer> dependent) throws Exception {
                Path gate = newGate();
                CompletableFuture<Integer> attached = pool.applyAsync(
                                PoolDependentsProgram::passGate, 1, gate.toString())
                        .thenApply(dependent);
                Files.createFile(gate);
                return attached;
            }
        },
        /** The same on the future of many calls. */
        MAP {
            @Override
            CompletableFuture<Integer> attach(ProcessPool pool, Function<Integer, Integer> dependent) throws Exception {
                Path gate = newGate();
                String file = gate.toString();
                CompletableFuture<Integer> attached = pool.mapAsync(n -> passGate(n, file), List.of(1, 2, 3))
                        .thenApply(all -> dependent.apply(all.get(0)));
                Files.createFile(gate);
                return attached;
            }
        },
        /** A thread of the program's takes results one by one. */
        IMAP {
            @Override
            CompletableFuture<Integer> attach(ProcessPool pool, Function<Integer, Integer> dependent) {
                return inThread(() -> {
                    List<Integer> given = new ArrayList<>();
                    try (Stream<Integer> results = pool.imap(LastInstant::same, List.of(1, 2, 3))) {
                        results.forEach(n -> given.add(n == 1 ? dependent.apply(n) : n));
                    } catch (CancellationException ended) {
                        // by what was done with the first
                    }
                    return given.get(0);
                });
            }
        };

        abstract CompletableFuture<Integer> attach(ProcessPool pool, Function<Integer, Integer> dependent)
                throws Exception;
    }

    /** What depends on a result. */
    private static final class Dependent implements Function<Integer, Integer> {

        private final ProcessPool pool;
        private final Deed deed;
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch mayEnd = new CountDownLatch(1);
        private volatile boolean ended;

        Dependent(ProcessPool pool, Deed deed) {
            this.pool = pool;
            this.deed = deed;
        }

        @Override
        public Integer apply(Integer one) {
            begun.countDown();
            try {
                return deed.run(this);
            } catch (InterruptedException | ExecutionException unexpected) {
                throw new IllegalStateException(unexpected);
            } finally {
                ended = true;
            }
        }

        void awaitBegin() throws InterruptedException {
            assertThat(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    /** What that does, and what must hold then. */
    enum Deed {
        BLOCK {
            @Override
            int run(Dependent dependent) throws InterruptedException {
                dependent.mayEnd.await();
                return 1;
            }

            @Override
            void check(Way way, ProcessPool pool, Dependent dependent, CompletableFuture<Integer> given)
                    throws Exception {
                dependent.awaitBegin();
                requireWhole(pool);
                pool.shutdown();
                await("the end", pool::isTerminated);
                // a thread of the program's is the program's to wait for
                assertThat(pool.awaitTermination(way == Way.IMAP ? PATIENCE : MOMENT))
                        .isEqualTo(way == Way.IMAP);
                CompletableFuture<Boolean> closed = inThread(() -> {
                    pool.close();
                    return dependent.ended;
                });
                dependent.mayEnd.countDown();
                assertThat(get(closed) || way == Way.IMAP).isTrue();
                assertThat(get(given)).isEqualTo(1);
            }
        },
        CALL_THE_POOL {
            @Override
            int run(Dependent dependent) throws InterruptedException, ExecutionException {
                return dependent.pool.submit(() -> LastInstant.same(1)).get();
            }
        },
        CLOSE {
            @Override
            int run(Dependent dependent) {
                dependent.pool.close();
                return dependent.pool.isTerminated() ? 1 : 0;
            }

            @Override
            boolean leavesPool() {
                return false;
            }
        },
        SHUTDOWN_NOW {
            @Override
            int run(Dependent dependent) {
                dependent.pool.shutdownNow();
                return 1;
            }

            @Override
            boolean leavesPool() {
                return false;
            }
        },
        THROW {
            @Override
            int run(Dependent dependent) {
                throw MADE;
            }

            @Override
            void check(Way way, ProcessPool pool, Dependent dependent, CompletableFuture<Integer> given)
                    throws Exception {
                assertThatThrownBy(() -> get(given)).hasCause(MADE);
                requireWhole(pool);
            }
        },
        INTERRUPT_ITSELF {
            @Override
            int run(Dependent dependent) {
                Thread.currentThread().interrupt();
                return 1;
            }
        };

        abstract int run(Dependent dependent) throws InterruptedException, ExecutionException;

        boolean leavesPool() {
            return true;
        }

        void check(Way way, ProcessPool pool, Dependent dependent, CompletableFuture<Integer> given) throws Exception {
            assertThat(get(given)).isEqualTo(1);
            if (leavesPool()) {
                requireWhole(pool);
            }
        }
    }

    /** What needs more than one dependent, or looks at something else. */
    enum Scenario {
        /** Progress is told though what depends on the last task never ends. */
        PROGRESS_IS_TOLD {
            @Override
            void run() throws Exception {
                for (Way way : Way.values()) {
                    AtomicLong done = new AtomicLong();
                    ProcessPool pool = builder()
                            .progress(progress -> done.accumulateAndGet(progress.done(), Math::max))
                            .create();
                    Dependent dependent = new Dependent(pool, Deed.BLOCK);
                    CompletableFuture<Integer> given = way.attach(pool, dependent);
                    dependent.awaitBegin();
                    await("progress: " + way, () -> done.get() == pool.stats().submitted());
                    dependent.mayEnd.countDown();
                    get(given);
                    pool.close();
                }
            }
        },
        /** Who closes a pool in what depends on it waits for nothing of that kind. */
        CLOSING_BESIDE_ONE_THAT_BLOCKS {
            @Override
            void run() throws Exception {
                for (Way way : IN_THREADS_OF_POOL) {
                    for (Way other : IN_THREADS_OF_POOL) {
                        closeBesideOneThatBlocks(way, other);
                    }
                }
            }
        },
        /** The same of two pools, each of which is closed in what depends on the other. */
        CLOSING_EACH_OTHER {
            @Override
            void run() throws Exception {
                for (Way way : IN_THREADS_OF_POOL) {
                    ProcessPool one = builder().create();
                    ProcessPool other = builder().create();
                    CountDownLatch both = new CountDownLatch(2);
                    CompletableFuture<Integer> ofOne = way.attach(one, first -> closeWhenBoth(both, other));
                    CompletableFuture<Integer> ofOther = way.attach(other, first -> closeWhenBoth(both, one));
                    assertThat(get(ofOne)).isEqualTo(1);
                    assertThat(get(ofOther)).isEqualTo(1);
                    one.close();
                    other.close();
                }
            }
        },
        /** Threads for callbacks have nothing of who needed another one. */
        CALLBACKS_ARE_BORN_ALIKE {
            @Override
            void run() throws Exception {
                INHERITED.set("of the maker");
                Callbacks callbacks = new Callbacks("test");
                INHERITED.set("of another");
                CountDownLatch mayEnd = new CountDownLatch(1);
                for (int i = 0; i < 3; i++) {
                    CompletableFuture<String> seen = new CompletableFuture<>();
                    callbacks.add(new Callbacks.Callback() {
                        @Override
                        public void run() throws InterruptedException {
                            seen.complete(INHERITED.get());
                            mayEnd.await();
                        }

                        @Override
                        public void failed(Throwable failure) {
                            seen.completeExceptionally(failure);
                        }
                    });
                    assertThat(get(seen)).isEqualTo("of the maker");
                }
                mayEnd.countDown();
                callbacks.close();
                INHERITED.remove();
            }
        },
        /** Who takes the place of a thread that is kept waiting has what that one has from whoever made the pool. */
        THREADS_ARE_BORN_ALIKE {
            @Override
            void run() throws Exception {
                ChildProcess maker = ChildProcess.builder(PoolDependentsProgram::requireBornAlike)
                        .name("maker")
                        .startMethod(StartMethod.THREAD)
                        .build();
                maker.start();
                maker.joinOrThrow();
            }
        };

        abstract void run() throws Exception;
    }

    /** Arguments: a directory. */
    public static void main(String[] args) throws Exception {
        directory = Path.of(args[0]);
        for (Way way : Way.values()) {
            for (Deed deed : Deed.values()) {
                tryOut(way, deed);
                System.out.println(line(way, deed));
            }
        }
        for (Scenario scenario : Scenario.values()) {
            scenario.run();
            System.out.println(scenario);
        }
    }

    /** What is printed, in this order. */
    static List<String> lines() {
        Stream<String> each = Arrays.stream(Way.values())
                .flatMap(way -> Arrays.stream(Deed.values()).map(deed -> line(way, deed)));
        return Stream.concat(each, Arrays.stream(Scenario.values()).map(Enum::name))
                .toList();
    }

    private static String line(Way way, Deed deed) {
        return way + " " + deed;
    }

    private static void tryOut(Way way, Deed deed) throws Exception {
        ProcessPool pool = builder().create();
        Dependent dependent = new Dependent(pool, deed);
        deed.check(way, pool, dependent, way.attach(pool, dependent));
        pool.close();
        assertThat(pool.isTerminated()).isTrue();
        assertThat(dependent.ended).isTrue();
        await(
                "no thread of a slot",
                () -> Thread.getAllStackTraces().keySet().stream().noneMatch(LastInstant::isSlots));
    }

    private static void closeBesideOneThatBlocks(Way way, Way other) throws Exception {
        ProcessPool pool = builder().create();
        Dependent blocking = new Dependent(pool, Deed.BLOCK);
        CompletableFuture<Integer> given = other.attach(pool, blocking);
        blocking.awaitBegin();
        assertThat(get(way.attach(pool, new Dependent(pool, Deed.CLOSE)))).isEqualTo(1);
        assertThat(blocking.ended).isFalse();
        blocking.mayEnd.countDown();
        get(given);
        pool.close();
    }

    private static int closeWhenBoth(CountDownLatch both, ProcessPool pool) {
        both.countDown();
        try {
            both.await();
        } catch (InterruptedException unexpected) {
            throw new IllegalStateException(unexpected);
        }
        pool.close();
        return pool.isTerminated() ? 1 : 0;
    }

    /** What a child does that is a thread. */
    private static void requireBornAlike() throws Exception {
        INHERITED.set("of the maker");
        ClassLoader loader = new ClassLoader(PoolDependentsProgram.class.getClassLoader()) {};
        Thread.currentThread().setContextClassLoader(loader);
        ProcessPool pool = builder().maxTasksPerWorker(1).create();
        List<Dependent> blocking = new ArrayList<>();
        List<CompletableFuture<Integer>> given = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Dependent dependent = new Dependent(pool, Deed.BLOCK);
            blocking.add(dependent);
            given.add(LastInstant.attach(pool, one -> {
                assertThat(INHERITED.get()).isEqualTo("of the maker");
                assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(loader);
                assertThat(ChildProcess.current().name()).isEqualTo("maker");
                return dependent.apply(one);
            }));
            dependent.awaitBegin();
            for (int workers = 0; workers < 2; workers++) {
                assertThat(pool.applyAsync(PoolDependentsProgram::parent).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isEqualTo("maker");
            }
        }
        blocking.forEach(dependent -> dependent.mayEnd.countDown());
        for (CompletableFuture<Integer> each : given) {
            get(each);
        }
        pool.close();
    }

    // ---- tasks ------------------------------------------------------------------------------------------------------

    private static int passGate(int number, String gate) {
        while (!Files.exists(Path.of(gate))) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        return number;
    }

    private static String parent() {
        return ChildProcess.parent().orElseThrow().name();
    }

    // ---- what all need ----------------------------------------------------------------------------------------------

    private static Path newGate() {
        return directory.resolve("gate-" + gates++);
    }

    /** Whose tasks end as soon as they are interrupted, so none of their workers need be killed. */
    private static ProcessPoolBuilder builder() {
        return ProcessPool.builder().workers(1).killAfter(PATIENCE);
    }

    private static void requireWhole(ProcessPool pool) throws Exception {
        assertThat(get(pool.applyAsync(LastInstant::same, 1))).isEqualTo(1);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Something that may throw what it likes. */
    private interface Work<T> {
        T run() throws Exception;
    }

    private static <T> CompletableFuture<T> inThread(Work<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(work.run());
            } catch (Throwable failed) {
                result.completeExceptionally(failed);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return result;
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
}
