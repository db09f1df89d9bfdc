// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static io.ipcq.Patience.await;
import static io.ipcq.memory.RobustMutex.Acquisition.ACQUIRED;
import static io.ipcq.memory.RobustMutex.Acquisition.RECOVERED;
import static io.ipcq.memory.RobustMutex.Acquisition.TIMED_OUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RobustMutexTest {

    @TempDir
    Path directory;

    private SharedPage page;
    private RobustMutex mutex;

    @BeforeEach
    void create() throws IOException {
        page = SharedPage.create(directory);
        mutex = page.mutex;
    }

    @AfterEach
    void leave() {
        page.close();
    }

    private static long in(int millis) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private int word() {
        return page.region.getIntVolatile(SharedPage.MUTEX_OFFSET);
    }

    @Test
    void shouldLockAndUnlock() throws InterruptedException {
        assertThat(mutex.isHeldByMe()).isFalse();
        assertThat(mutex.lock()).isEqualTo(ACQUIRED);
        assertThat(mutex.isHeldByMe()).isTrue();
        assertThat(mutex).hasToString("RobustMutex[held by member 1, " + page.region.file() + "]");
        mutex.unlock();
        assertThat(word()).isEqualTo(RobustMutex.FREE);
        assertThat(mutex.lock(Long.MAX_VALUE)).isEqualTo(ACQUIRED);
        mutex.unlock();
    }

    @Test
    void shouldTimeOutAtDeadlineAndNotBefore() throws InterruptedException {
        mutex.lock();
        long deadline = in(120);
        assertThat(mutex.lock(deadline)).isEqualTo(TIMED_OUT);
        assertThat(System.nanoTime()).isGreaterThanOrEqualTo(deadline);
        assertThat(mutex.lock(in(-1))).isEqualTo(TIMED_OUT);
        mutex.unlock();
    }

    @Test
    void shouldHandOverToSleeper() {
        mutex.lock();
        CompletableFuture<RobustMutex.Acquisition> other = CompletableFuture.supplyAsync(mutex::lock);
        await().until(() -> word() < 0);
        mutex.unlock();
        assertThat(other.join()).isEqualTo(ACQUIRED);
        mutex.unlock();
        assertThat(word()).isEqualTo(RobustMutex.FREE);
    }

    @Test
    void shouldTellNextOneWhenAbandoned() {
        mutex.lock();
        mutex.abandon();
        assertThat(mutex.isHeldByMe()).isFalse();
        assertThat(mutex.lock()).isEqualTo(RECOVERED);
        assertThat(mutex.predecessor()).isEqualTo(RobustMutex.ABANDONED);
        mutex.unlock();
        assertThat(mutex.lock()).isEqualTo(ACQUIRED);
    }

    @Test
    void shouldTellSleeperWhenAbandoned() {
        mutex.lock();
        CompletableFuture<RobustMutex.Acquisition> other = CompletableFuture.supplyAsync(mutex::lock);
        await().until(() -> word() < 0);
        mutex.abandon();
        assertThat(other.join()).isEqualTo(RECOVERED);
        mutex.unlock();
    }

    @Test
    void shouldTakeOverFromMemberThatLeft() throws IOException {
        int dead;
        try (SharedPage other = SharedPage.open(directory.toString())) {
            other.mutex.lock();
            dead = other.members.number();
        }
        assertThat(mutex.lock()).isEqualTo(RECOVERED);
        assertThat(mutex.predecessor()).isEqualTo(dead);
        mutex.unlock();
    }

    @Test
    void shouldNotUnlockWhatIsNotHeld() throws IOException {
        assertThatThrownBy(mutex::unlock).isInstanceOf(IllegalMonitorStateException.class);
        mutex.abandon();
        assertThat(word()).isEqualTo(RobustMutex.FREE);
        try (SharedPage other = SharedPage.open(directory.toString())) {
            other.mutex.lock();
            assertThatThrownBy(mutex::unlock).isInstanceOf(IllegalMonitorStateException.class);
            mutex.abandon();
            assertThat(other.mutex.isHeldByMe()).isTrue();
            other.mutex.unlock();
        }
    }

    @Test
    void shouldBeInterruptedOnlyWithDeadline() throws InterruptedException {
        mutex.lock();
        AtomicReference<Object> timed = new AtomicReference<>();
        AtomicReference<Object> untimed = new AtomicReference<>();
        Thread first = new Thread(() -> timed.set(outcome(() -> mutex.lock(Long.MAX_VALUE))));
        Thread second = new Thread(() -> {
            untimed.set(mutex.lock());
            mutex.unlock();
            untimed.set(untimed.get() + " " + Thread.interrupted());
        });
        first.start();
        second.start();
        first.interrupt();
        second.interrupt();
        first.join();
        assertThat(timed.get()).isInstanceOf(InterruptedException.class);
        assertThat(second.isAlive()).isTrue();
        mutex.unlock();
        second.join();
        assertThat(untimed).hasValue("ACQUIRED true");
    }

    private interface Attempt {
        Object get() throws Exception;
    }

    private static Object outcome(Attempt attempt) {
        try {
            return attempt.get();
        } catch (Exception e) {
            return e;
        }
    }
}
