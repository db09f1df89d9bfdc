// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.test.FaultKind;
import io.ipcq.test.FaultPoints;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Has something depend on a future in the very instant in which the thread of a slot completes it, so that it runs in
 * that thread. Needs a JVM with the agent that knows the points of {@link FaultPoints}.
 */
final class LastInstant {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private LastInstant() {}

    /** What {@code dependent} gives, which is called with 1. A pool that is young has to do this several times. */
    static <T extends @Nullable Object> CompletableFuture<T> attach(ProcessPool pool, Function<Integer, T> dependent)
            throws Exception {
        AtomicReference<CompletableFuture<T>> attached = new AtomicReference<>();
        while (attached.get() == null) {
            CompletableFuture<CompletableFuture<Integer>> submitted = new CompletableFuture<>();
            CompletableFuture<Void> passed = new CompletableFuture<>();
            FaultPoints.armAt(
                    LastInstant::isSlots,
                    site -> {
                        if (site.startsWith("PoolTask.succeed:") && passed.complete(null)) {
                            attach(submitted.getNow(null), dependent, attached);
                        }
                        return false;
                    },
                    0,
                    FaultKind.INTERNAL);
            CompletableFuture<Integer> future = pool.applyAsync(LastInstant::same, 1);
            submitted.complete(future);
            awaitEnd(future);
            FaultPoints.disarm();
        }
        return attached.get();
    }

    /** Not if the thread of the slot was faster than the one that submits: others may complete what is waited for. */
    private static <T extends @Nullable Object> void attach(
            @Nullable CompletableFuture<Integer> submitted,
            Function<Integer, T> dependent,
            AtomicReference<CompletableFuture<T>> attached) {
        if (submitted != null) {
            attached.set(submitted.thenApply(dependent));
        }
    }

    /** Without depending on it. */
    private static void awaitEnd(CompletableFuture<Integer> future) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!future.isDone()) {
            assertThat(System.nanoTime() - deadline).as("a result comes").isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    static int same(int number) {
        return number;
    }

    static boolean isSlots(Thread thread) {
        return thread.getName().matches("ipcq-pool-.*-worker-\\d+");
    }
}
