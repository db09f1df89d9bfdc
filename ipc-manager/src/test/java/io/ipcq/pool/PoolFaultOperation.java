// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What errors come up in. */
enum PoolFaultOperation {
    APPLY(scene -> {
        for (int i = 0; i < 3; i++) {
            scene.requireEqual(scene.pool().apply(PoolFaultTasks::square, scene.mark(), i), i * i);
        }
    }),
    APPLY_ASYNC(scene -> {
        for (int i = 0; i < 4; i++) {
            CompletableFuture<Integer> future = scene.pool().applyAsync(PoolFaultTasks::square, scene.mark(), i);
            scene.expect(future, i * i);
            scene.expect(future.thenApply(n -> -n), -i * i);
        }
        scene.awaitFutures();
    }),
    MANY_AT_ONCE(scene -> {
        for (int i = 0; i < 40; i++) {
            scene.expect(scene.pool().applyAsync(PoolFaultTasks::square, scene.mark(), i), i * i);
        }
        scene.awaitFutures();
    }),
    SUBMIT(scene -> {
        String first = scene.mark();
        scene.expect(scene.pool().submit(() -> PoolFaultTasks.square(first, 3)), 9);
        String second = scene.mark();
        scene.expect(scene.pool().submit(() -> PoolFaultTasks.square(second, 3), "done"), "done");
        scene.awaitFutures();
    }),
    EXECUTE(scene -> {
        String mark = scene.mark();
        scene.pool().execute(() -> PoolFaultTasks.fail(mark));
        scene.expect(scene.pool().applyAsync(PoolFaultTasks::square, scene.mark(), 3), 9);
        scene.awaitFutures();
    }),
    INVOKE_ALL(scene -> scene.pool().invokeAll(scene.callables(3)).forEach(future -> scene.expect(future, 9))),
    INVOKE_ANY(scene -> scene.requireEqual(scene.pool().invokeAny(scene.callables(3)), 9)),
    COMPLETION_SERVICE(scene -> {
        CompletionService<Integer> service = new ExecutorCompletionService<>(scene.pool());
        List<Future<Integer>> submitted = new ArrayList<>();
        for (Callable<Integer> callable : scene.callables(3)) {
            submitted.add(service.submit(callable));
        }
        for (int i = 0; i < submitted.size(); i++) {
            Future<Integer> next = service.poll(PoolFaultScene.PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("a future does not complete, for its service");
            }
            scene.requireEqual(submitted.contains(next), true);
            scene.expect(next, 9);
        }
    }),
    MAP(scene -> scene.requireEqual(scene.pool().map(PoolFaultTasks::square, scene.jobs(10)), scene.squares(10))),
    MAP_ASYNC(scene -> {
        scene.expect(scene.pool().mapAsync(PoolFaultTasks::square, scene.jobs(10), 2), scene.squares(10));
        scene.awaitFutures();
    }),
    STARMAP(scene -> scene.requireEqual(
            scene.pool()
                    .starmap(
                            PoolFaultTasks::square,
                            List.of(
                                    Map.entry(scene.mark(), 0),
                                    Map.entry(scene.mark(), 1),
                                    Map.entry(scene.mark(), 2))),
            scene.squares(3))),
    MAP_THAT_FAILS(scene -> {
        List<String> marks = Stream.generate(scene::mark).limit(6).toList();
        scene.expectFailure(scene.pool().mapAsync(PoolFaultTasks::fail, marks, 1));
        scene.awaitFutures();
    }),
    IMAP(scene -> {
        try (Stream<Integer> results = scene.pool().imap(PoolFaultTasks::square, scene.jobs(12), 2)) {
            scene.requireEqual(results.toList(), scene.squares(12));
        }
    }),
    IMAP_UNORDERED(scene -> {
        try (Stream<Integer> results = scene.pool().imapUnordered(PoolFaultTasks::square, scene.jobs(12))) {
            scene.requireEqual(results.sorted().toList(), scene.squares(12));
        }
    }),
    IMAP_OF_BROKEN_SOURCE(scene -> {
        Iterator<PoolFaultTasks.Job> jobs = scene.jobs(3).iterator();
        Iterable<PoolFaultTasks.Job> broken = () -> Stream.generate(jobs::next).iterator();
        List<Integer> got = new ArrayList<>();
        try (Stream<Integer> results = scene.pool().imap(PoolFaultTasks::square, broken)) {
            results.forEach(got::add);
        } catch (java.util.NoSuchElementException asItShould) {
            scene.requireEqual(got, scene.squares(3));
        }
    }),
    LARGE(scene -> {
        scene.expect(scene.pool().applyAsync(PoolFaultTasks::length, scene.mark(), new byte[900_000]), 900_000);
        scene.requireEqual(scene.pool().apply(PoolFaultTasks::bytes, scene.mark(), 900_000).length, 900_000);
        scene.awaitFutures();
    }),
    THROWING(scene -> {
        scene.expectFailure(scene.pool().applyAsync(PoolFaultTasks::fail, scene.mark()));
        scene.awaitFutures();
        scene.requireThrown(() -> scene.pool().apply(PoolFaultTasks::fail, scene.mark()));
    }),
    UNREADABLE(scene -> {
        scene.expectFailure(scene.pool().applyAsync(PoolFaultTasks::unreadable, scene.mark()));
        scene.awaitFutures();
        scene.requireThrown(() -> scene.pool().apply(PoolFaultTasks::unreadable, scene.mark()));
    }),
    LOG(scene -> scene.requireEqual(scene.pool().apply(PoolFaultTasks::log, scene.mark()), 1)),
    PASS_QUEUE(scene -> {
        try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
            scene.requireEqual(scene.pool().apply(PoolFaultTasks::put, scene.mark(), queue), 1);
            scene.requireEqual(scene.pool().apply(PoolFaultTasks::put, scene.mark(), queue), 1);
            scene.requireEqual(queue.qsize(), 2L);
        }
    }),
    CANCEL_WAITING(PoolFaultScene::occupy, scene -> {
        CompletableFuture<Integer> waiting = scene.pool().applyAsync(PoolFaultTasks::square, scene.mark(), 3);
        scene.expectFailure(waiting);
        waiting.cancel(false);
        scene.release();
        scene.awaitFutures();
    }),
    CANCEL_RUNNING(scene -> scene.cancelRunning(PoolFaultTasks::await)),
    CRASH(scene -> {
        scene.expectFailure(scene.pool().runAsync(PoolFaultTasks::crash, scene.mark()));
        scene.awaitFutures();
    }),

    // ---- of a pool of their own -------------------------------------------------------------------------------------

    CREATE(builder -> builder.workers(1), scene -> {}, scene -> {
        scene.create();
        scene.requireEqual(scene.pool().apply(PoolFaultTasks::square, scene.mark(), 3), 9);
    }),
    CREATE_WITH_INITIALIZER(
            builder -> builder.workers(1).initializer(PoolFaultScene::initialize), scene -> {}, scene -> {
                scene.create();
                scene.requireEqual(scene.pool().apply(PoolFaultTasks::square, scene.mark(), 3), 9);
            }),
    CREATE_AND_CLOSE(builder -> builder.workers(2), scene -> {}, scene -> {
        scene.create();
        scene.pool().close();
    }),
    CLOSE(builder -> builder.workers(2), PoolFaultScene::createAndUse, scene -> {
        scene.expect(scene.pool().applyAsync(PoolFaultTasks::square, scene.mark(), 3), 9);
        scene.pool().close();
    }),
    SHUTDOWN_NOW(builder -> builder.workers(1), PoolFaultScene::createAndUse, scene -> {
        scene.occupy();
        scene.expectFailure(scene.pool().applyAsync(PoolFaultTasks::square, scene.mark(), 3));
        scene.pool().shutdownNow();
        scene.requireEqual(scene.pool().awaitTermination(Duration.ofSeconds(PoolFaultScene.PATIENCE_SECONDS)), true);
    }),
    RESIZE(builder -> builder.workers(1), PoolFaultScene::createAndUse, scene -> {
        scene.pool().resize(2);
        scene.meet(2);
        scene.pool().resize(1);
        scene.requireEqual(scene.pool().apply(PoolFaultTasks::square, scene.mark(), 3), 9);
    }),
    TIMEOUT(
            builder -> builder.workers(1).taskTimeout(Duration.ofMillis(100)).killAfter(Duration.ofMillis(100)),
            PoolFaultScene::createAndUse,
            scene -> {
                scene.expectFailure(scene.pool().applyAsync(PoolFaultTasks::await, scene.mark(), scene.gate()));
                scene.expectFailure(
                        scene.pool().applyAsync(PoolFaultTasks::awaitStubbornly, scene.mark(), scene.gate()));
                scene.awaitFutures();
            }),
    RECYCLE(builder -> builder.workers(1).maxTasksPerWorker(1), PoolFaultScene::create, scene -> {
        scene.requireEqual(scene.pool().apply(PoolFaultTasks::square, scene.mark(), 3), 9);
        scene.requireEqual(scene.pool().apply(PoolFaultTasks::square, scene.mark(), 3), 9);
    }),
    RETRY(builder -> builder.workers(1).retries(1), PoolFaultScene::createAndUse, scene -> {
        scene.expect(scene.pool().applyAsync(PoolFaultTasks::crashOnce, scene.mark()), 1);
        scene.awaitFutures();
    }),
    PROGRESS(
            builder -> builder.workers(1).progress(PoolFaultScene::note),
            PoolFaultScene::createAndUse,
            scene -> scene.requireEqual(scene.pool().map(PoolFaultTasks::square, scene.jobs(3)), scene.squares(3))),

    // ---- errors in the worker ---------------------------------------------------------------------------------------

    IN_WORKER(Side.WORKER, APPLY.run),
    IN_WORKER_MANY_AT_ONCE(Side.WORKER, MANY_AT_ONCE.run),
    IN_WORKER_SUBMIT(Side.WORKER, SUBMIT.run),
    IN_WORKER_MAP(Side.WORKER, MAP.run),
    IN_WORKER_STARMAP(Side.WORKER, STARMAP.run),
    IN_WORKER_IMAP(Side.WORKER, IMAP.run),
    IN_WORKER_LARGE(Side.WORKER, LARGE.run),
    IN_WORKER_THROWING(Side.WORKER, THROWING.run),
    IN_WORKER_LOG(Side.WORKER, LOG.run),
    IN_WORKER_PASS_QUEUE(Side.WORKER, PASS_QUEUE.run),
    IN_WORKER_CANCEL_RUNNING(Side.WORKER, CANCEL_RUNNING.run),
    IN_WORKER_CREATE(Side.WORKER, CREATE_WITH_INITIALIZER.options, scene -> {}, CREATE_WITH_INITIALIZER.run);

    /** Where the errors come up. */
    enum Side {
        PARENT,
        WORKER
    }

    /** Something done in a scene. */
    @FunctionalInterface
    interface Step {
        void run(PoolFaultScene scene) throws Exception;
    }

    final Side side;

    /** Of a pool of its own; null to use one that all share. */
    final @Nullable UnaryOperator<ProcessPoolBuilder> options;

    final Step prepare;
    final Step run;

    PoolFaultOperation(Side side, @Nullable UnaryOperator<ProcessPoolBuilder> options, Step prepare, Step run) {
        this.side = side;
        this.options = options;
        this.prepare = prepare;
        this.run = run;
    }

    PoolFaultOperation(UnaryOperator<ProcessPoolBuilder> options, Step prepare, Step run) {
        this(Side.PARENT, options, prepare, run);
    }

    PoolFaultOperation(Step prepare, Step run) {
        this(Side.PARENT, null, prepare, run);
    }

    PoolFaultOperation(Step run) {
        this(scene -> {}, run);
    }

    PoolFaultOperation(Side side, Step run) {
        this(side, null, scene -> {}, run);
    }

    static List<PoolFaultOperation> of(Side side) {
        return Stream.of(values()).filter(operation -> operation.side == side).toList();
    }

    /** Whether what is asked of the pool is its end. */
    boolean ends() {
        return this == CREATE_AND_CLOSE || this == CLOSE || this == SHUTDOWN_NOW;
    }

    /** Whether a thread in place of a JVM would take this process along, or have no errors of its own. */
    boolean needsJvms() {
        return this == CRASH || this == RETRY || side == Side.WORKER;
    }

    boolean creates() {
        return name().contains("CREATE");
    }

    /** How often a task may run: once, but for those that are told to run again. */
    int mostRuns() {
        return this == RETRY ? 2 : 1;
    }
}
