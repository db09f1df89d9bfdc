// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.process.ChildProcess;
import io.ipcq.process.StartMethod;
import io.ipcq.queue.SharedQueue;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Programs with pools that the tests run in JVMs of their own. */
final class PoolPrograms {

    private PoolPrograms() {}

    /** Keeps two workers busy until somebody ends it. */
    static final class Busy {
        public static void main(String[] arguments) throws Exception {
            try (ProcessPool pool = ProcessPool.create(2);
                    SharedQueue<String> begun = SharedQueue.create(String.class)) {
                CompletableFuture<?>[] all = {
                    pool.runAsync(Busy::workFor, begun),
                    pool.runAsync(Busy::workFor, begun),
                    pool.applyAsync(Chores::pid)
                };
                begun.get();
                begun.get();
                System.out.println("pids " + pool.pids());
                CompletableFuture.allOf(all).get();
            }
        }

        static void workFor(SharedQueue<String> begun) throws InterruptedException {
            begun.put("begun");
            Chores.spin();
        }
    }

    /** Maps a large input lazily; the heap it gets has no room for it. */
    static final class LazyMap {
        public static void main(String[] arguments) throws Exception {
            int elements = Integer.parseInt(arguments[0]);
            long sum = 0;
            try (ProcessPool pool = ProcessPool.create(2);
                    Stream<Integer> results = pool.imap(
                            Chores::same, () -> IntStream.range(0, elements).iterator())) {
                int expected = 0;
                for (Iterator<Integer> each = results.iterator(); each.hasNext(); ) {
                    int next = each.next();
                    if (next != expected++) {
                        throw new IllegalStateException("out of order: next=" + next);
                    }
                    sum += next;
                }
            }
            System.out.println("sum " + sum);
        }
    }

    /** Logs in its worker, for a parent whose logging is known. */
    static final class Logging {
        public static void main(String[] arguments) throws Exception {
            try (ProcessPool pool = ProcessPool.builder()
                    .name("logs")
                    .workers(1)
                    .initializer(Logging::sayWhoWeAre)
                    .create()) {
                pool.run(Chores::logBySlf4j, "by slf4j");
                org.slf4j.MDC.put("request", "7");
                org.slf4j.MDC.put("nothing", null);
                pool.run(Chores::logBySlf4j, "of a request");
                org.slf4j.MDC.clear();
                pool.run(Chores::logBySlf4j, "of nobody");
                pool.run(Chores::logByJul, "by jul");
            }
        }

        private static void sayWhoWeAre() {
            org.slf4j.MDC.put("service", "orders");
            org.slf4j.MDC.put("request", "none");
        }
    }

    /** Has all threads of the common pool blocked, and children and workers that die. */
    static final class BusyCommonPool {
        public static void main(String[] arguments) throws Exception {
            block(ForkJoinPool.commonPool());
            for (StartMethod method : List.of(StartMethod.SPAWN, StartMethod.STANDBY)) {
                ChildProcess child = ChildProcess.builder(BusyCommonPool::nothing)
                        .startMethod(method)
                        .start();
                child.join();
                System.out.println(method + ": " + child.onExit().get().exitDescription());
            }
            try (ProcessPool pool = ProcessPool.create(1)) {
                CompletableFuture<Integer> doomed = pool.applyAsync(Chores::halt, 7);
                CompletableFuture<Integer> next = pool.applyAsync(Chores::square, 3);
                try {
                    doomed.get();
                } catch (ExecutionException e) {
                    System.out.println(e.getCause().getClass().getSimpleName());
                }
                System.out.println("then " + next.thenApply(Chores::square).get());
            }
        }

        private static void nothing() {}

        private static void block(ForkJoinPool pool) throws InterruptedException {
            CountDownLatch blocked = new CountDownLatch(pool.getParallelism());
            for (int i = 0; i < pool.getParallelism(); i++) {
                pool.execute(() -> {
                    blocked.countDown();
                    while (true) {
                        LockSupport.park(); // until the program ends
                    }
                });
            }
            blocked.await();
        }
    }
}
