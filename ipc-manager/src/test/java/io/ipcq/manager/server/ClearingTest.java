// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClearingTest {

    private static final Duration NEVER = Duration.ofHours(1);
    private static final int CLIENTS = Clearing.MAX_WORKING + 20;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);
    private final List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch all = new CountDownLatch(CLIENTS);

    private Clearing<Integer> clearing(Executor executor, Duration patience) {
        return new Clearing<>(
                executor,
                clock,
                patience,
                client -> {
                    order.add(client);
                    begun.release();
                    mayEnd.acquireUninterruptibly();
                    all.countDown();
                },
                () -> {});
    }

    private void addAll(Clearing<Integer> clearing) {
        IntStream.range(0, CLIENTS).forEach(clearing::add);
    }

    @AfterEach
    void stop() {
        mayEnd.release(Integer.MAX_VALUE / 2);
        threads.shutdownNow();
        clock.shutdownNow();
    }

    @Test
    void shouldHaveNoMoreThreadsThanProcessorsAndTakeThemInTheirOrder() throws Exception {
        Clearing<Integer> clearing = clearing(threads, NEVER);
        addAll(clearing);
        begun.acquire(Clearing.MAX_WORKING);
        for (int i = Clearing.MAX_WORKING; i < CLIENTS; i++) {
            assertThat(begun.tryAcquire(5, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(clearing.size()).isEqualTo(CLIENTS - (i - Clearing.MAX_WORKING));
            mayEnd.release();
            begun.acquire();
        }
        mayEnd.release(CLIENTS);
        all.await();
        List<Integer> expected = IntStream.range(0, CLIENTS).boxed().toList();
        assertThat(order).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(order.subList(Clearing.MAX_WORKING, CLIENTS))
                .isEqualTo(expected.subList(Clearing.MAX_WORKING, CLIENTS));
    }

    /** As many as may take long at a time; then the next one waits for the first of these. */
    @Test
    void shouldSendOthersWhereSomeTakeLong() throws Exception {
        addAll(clearing(threads, Duration.ofMillis(1)));
        begun.acquire(Math.min(CLIENTS, Clearing.MAX_THREADS));
        assertThat(all.getCount()).isEqualTo(CLIENTS);
        mayEnd.release(CLIENTS);
        all.await();
    }

    @Test
    void shouldGoOnWhenGivingBackFails() throws Exception {
        Clearing<Integer> failing = new Clearing<>(
                threads,
                clock,
                NEVER,
                client -> {
                    throw new OutOfMemoryError("made by a test");
                },
                () -> {
                    all.countDown();
                    throw new OutOfMemoryError("made by a test");
                });
        addAll(failing);
        all.await();
    }

    /** Who is told looks whether there is room. */
    @Test
    void shouldCountNoneThatItHasToldOf() {
        List<Integer> left = new ArrayList<>();
        AtomicReference<Clearing<Integer>> clearing = new AtomicReference<>();
        clearing.set(new Clearing<>(
                Runnable::run,
                clock,
                NEVER,
                client -> {},
                () -> left.add(clearing.get().size())));
        clearing.get().add(1);
        assertThat(left).containsExactly(0);
    }

    @Test
    void shouldDoItWhereItIsToldIfThereIsNoThread() {
        mayEnd.release(CLIENTS);
        Clearing<Integer> clearing = clearing(
                work -> {
                    throw new RejectedExecutionException("made by a test");
                },
                NEVER);
        addAll(clearing);
        assertThat(order).hasSize(CLIENTS);
        assertThat(clearing.size()).isZero();
    }
}
