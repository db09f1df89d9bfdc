// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WaiterTest {

    private static final int WAITER = 64;
    private static final int STATE = 72;

    @TempDir
    Path directory;

    private MappedRegion region;

    static List<WaitStrategy> strategies() {
        return List.of(WaitStrategy.blocking(), WaitStrategy.spinning(), WaitStrategy.backoff());
    }

    @BeforeEach
    void create() throws IOException {
        region = MappedRegion.create(directory.resolve("page"), SharedPage.FORMAT, 4096, created -> {});
    }

    private boolean changed() {
        return region.getIntVolatile(STATE) != 0;
    }

    private int flag() {
        return region.getIntVolatile(WAITER + Waiter.FLAG_OFFSET);
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void shouldReturnAtOnceWhenConditionHolds(WaitStrategy strategy) throws InterruptedException {
        assertThat(new Waiter(region, WAITER, strategy).await(() -> true, System.nanoTime() - 1))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void shouldGiveUpAtDeadlineAndNotBefore(WaitStrategy strategy) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(120);
        assertThat(new Waiter(region, WAITER, strategy).await(this::changed, deadline))
                .isFalse();
        assertThat(System.nanoTime()).isGreaterThanOrEqualTo(deadline);
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void shouldSeeChangeByAnotherThread(WaitStrategy strategy) throws InterruptedException {
        Waiter waiter = new Waiter(region, WAITER, strategy);
        AtomicReference<Object> outcome = new AtomicReference<>();
        Thread sleeper = start(waiter, outcome);
        region.putIntRelease(STATE, 1);
        waiter.signal();
        sleeper.join();
        assertThat(outcome).hasValue(true);
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void shouldEndWithInterrupt(WaitStrategy strategy) throws InterruptedException {
        AtomicReference<Object> outcome = new AtomicReference<>();
        Thread sleeper = start(new Waiter(region, WAITER, strategy), outcome);
        sleeper.interrupt();
        sleeper.join();
        assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
    }

    private Thread start(Waiter waiter, AtomicReference<Object> outcome) {
        return start(waiter, this::changed, outcome);
    }

    private static Thread start(Waiter waiter, BooleanSupplier condition, AtomicReference<Object> outcome) {
        Thread thread = new Thread(() -> {
            try {
                outcome.set(waiter.await(condition, Long.MAX_VALUE));
            } catch (InterruptedException e) {
                outcome.set(e);
            }
        });
        thread.start();
        return thread;
    }

    /** Four sleeps of 90 ms. From the start they would be some hundred, and fewer on a machine that has no time. */
    @Test
    void shouldSleepForLongWhoHasWaitedForLong() throws InterruptedException {
        AtomicInteger looks = new AtomicInteger();
        long now = System.nanoTime();
        boolean held = new Waiter(region, WAITER, WaitStrategy.blocking())
                .await(
                        () -> false,
                        () -> looks.incrementAndGet() < 0,
                        now + TimeUnit.MILLISECONDS.toNanos(300),
                        now - TimeUnit.SECONDS.toNanos(10));
        assertThat(held).isFalse();
        assertThat(looks).hasValueLessThan(20);
    }

    /** A thousand threads that look each 2 ms would take all processors. */
    @Test
    void shouldSleepForLongWhereManySleep() {
        assertThat(Waiter.longestSleepNanos(0, 0)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(2));
        assertThat(Waiter.longestSleepNanos(0, 20)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(2));
        assertThat(Waiter.longestSleepNanos(0, 500)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
        assertThat(Waiter.longestSleepNanos(0, 10_000)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(90));
        assertThat(Waiter.longestSleepNanos(TimeUnit.MILLISECONDS.toNanos(800), 100))
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
        assertThat(Waiter.longestSleepNanos(TimeUnit.HOURS.toNanos(1), 0)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(90));
    }

    /** Whoever has woken up sleeps no more. */
    @Test
    void shouldCountThoseWhoSleep() throws InterruptedException {
        AtomicReference<Object> outcome = new AtomicReference<>();
        Waiter waiter = new Waiter(region, WAITER, WaitStrategy.blocking());
        int before = Waiter.sleepers();
        Thread sleeper = start(waiter, outcome);
        await().until(() -> Waiter.sleepers() > before);
        sleeper.interrupt();
        sleeper.join();
        await().until(() -> Waiter.sleepers() <= before);
    }

    @Test
    void shouldClearFlagAndMoveCounterOnlyWhenSomebodySleeps() throws InterruptedException {
        Waiter waiter = new Waiter(region, WAITER, WaitStrategy.blocking());
        waiter.signal();
        assertThat(region.getInt(WAITER + Waiter.COUNTER_OFFSET)).isZero();

        Thread sleeper = start(waiter, new AtomicReference<>());
        await().until(() -> flag() == 1);
        region.putIntRelease(STATE, 1);
        waiter.signal();
        assertThat(flag()).isZero();
        assertThat(region.getIntVolatile(WAITER + Waiter.COUNTER_OFFSET)).isEqualTo(Waiter.ALL);
        sleeper.join();
    }

    @Test
    void shouldSetFlagAgainForThoseWhoSleepOn() throws InterruptedException {
        Waiter waiter = Waiter.relaying(region, WAITER, WaitStrategy.blocking());
        // who wakes up by itself before it is signalled has to sleep on
        Thread sleeper = start(waiter, () -> changed() && flag() == 0, new AtomicReference<>());
        await().until(() -> sleepers() == 1);
        region.putIntRelease(STATE, 1);
        waiter.signalFenced(1);
        sleeper.join();
        assertThat(flag()).isOne();
    }

    @Test
    void shouldRelayOnlyWhenThereIsMore() {
        Waiter waiter = Waiter.relaying(region, WAITER, WaitStrategy.blocking());
        waiter.relay(() -> true);
        assertThat(region.getInt(WAITER + Waiter.COUNTER_OFFSET)).isZero();

        region.putIntVolatile(WAITER + Waiter.FLAG_OFFSET, 1);
        waiter.relay(() -> false);
        assertThat(region.getInt(WAITER + Waiter.FLAG_OFFSET)).isOne();
        waiter.relay(() -> true);
        assertThat(region.getInt(WAITER + Waiter.FLAG_OFFSET)).isZero();
        assertThat(region.getInt(WAITER + Waiter.COUNTER_OFFSET)).isOne();
    }

    /** How many were in the kernel; they go back to sleep. Who polls is taken for asleep. */
    private long sleepers() {
        long woken = Futex.wake(region, WAITER + Waiter.COUNTER_OFFSET, Integer.MAX_VALUE);
        return Futex.isNative() ? woken : flag();
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void shouldBeTheSameStrategyElsewhere(WaitStrategy strategy) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(strategy);
        Object copy = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
        assertThat(copy).isSameAs(strategy);
    }
}
