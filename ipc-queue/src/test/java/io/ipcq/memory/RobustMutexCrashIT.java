// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static io.ipcq.Patience.await;
import static io.ipcq.memory.RobustMutex.Acquisition.ACQUIRED;
import static io.ipcq.memory.RobustMutex.Acquisition.RECOVERED;
import static io.ipcq.memory.RobustMutex.Acquisition.TIMED_OUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RobustMutexCrashIT extends SharedPageFixture {

    /** Holds the mutex; unlocks or abandons when told to. */
    static final class Holder {
        public static void main(String[] args) throws IOException {
            try (SharedPage page = SharedPage.open(args[0])) {
                page.mutex.lock();
                System.out.println("locked");
                if (System.in.read() == 'a') {
                    page.mutex.abandon();
                } else {
                    page.mutex.unlock();
                }
                System.out.println("done");
                System.in.read();
            }
        }
    }

    private TestJvm holder() {
        TestJvm holder = TestJvm.start(Holder.class, directory.toString());
        holder.awaitLine("locked");
        return holder;
    }

    @Test
    void shouldTakeOverFromKilledHolder() {
        try (TestJvm holder = holder()) {
            CompletableFuture<RobustMutex.Acquisition> waiting = CompletableFuture.supplyAsync(page.mutex::lock);
            await().until(() -> page.region.getIntVolatile(SharedPage.MUTEX_OFFSET) < 0);
            assertThat(waiting).isNotDone();
            holder.kill();
            assertThat(waiting.join()).isEqualTo(RECOVERED);
            page.mutex.unlock();
        }
    }

    @Test
    void shouldNotTakeOverFromStoppedHolder() throws InterruptedException {
        try (TestJvm holder = holder()) {
            holder.stop();
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
            assertThat(page.mutex.lock(deadline)).isEqualTo(TIMED_OUT);
            assertThat(System.nanoTime()).isGreaterThanOrEqualTo(deadline);
            holder.cont();
            holder.send("u");
            assertThat(page.mutex.lock(Long.MAX_VALUE)).isEqualTo(ACQUIRED);
            page.mutex.unlock();
        }
    }

    @Test
    void shouldRecoverWhatAnotherProcessAbandoned() {
        try (TestJvm holder = holder()) {
            holder.send("a");
            holder.awaitLine("done");
            assertThat(page.mutex.lock()).isEqualTo(RECOVERED);
            page.mutex.unlock();
        }
    }

    /** Adds to a word that is not atomic and, if told to, leaves traces of a broken addition when it is killed. */
    static final class Adder {
        public static void main(String[] args) throws Exception {
            try (SharedPage page = SharedPage.open(args[0])) {
                int turns = Integer.parseInt(args[1]);
                List<Thread> threads = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    Thread thread = new Thread(() -> add(page, turns));
                    thread.start();
                    threads.add(thread);
                }
                System.out.println("adding");
                for (Thread thread : threads) {
                    thread.join();
                }
            }
        }

        private static void add(SharedPage page, int turns) {
            for (int i = 0; i < turns; i++) {
                if (page.mutex.lock() == RECOVERED) {
                    repair(page);
                }
                increment(page);
                page.mutex.unlock();
            }
        }
    }

    /** Two words that are equal whenever the mutex is free, written in an order that a repair can rely on. */
    private static void increment(SharedPage page) {
        long value = page.region.getLong(SharedPage.COUNTER_OFFSET);
        long copy = page.region.getLong(SharedPage.GO_OFFSET);
        if (value != copy) {
            System.out.println("torn " + value + " " + copy);
            Runtime.getRuntime().halt(9);
        }
        page.region.putLongRelease(SharedPage.COUNTER_OFFSET, value + 1);
        page.region.putLongRelease(SharedPage.GO_OFFSET, value + 1);
    }

    private static void repair(SharedPage page) {
        page.region.putLongRelease(SharedPage.GO_OFFSET, page.region.getLongAcquire(SharedPage.COUNTER_OFFSET));
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "off"})
    void shouldExcludeThreadsOfSeveralProcesses(String futex) {
        int turns = futex.equals("on") ? 100_000 : 5_000;
        List<TestJvm> adders = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                adders.add(TestJvm.start(
                        List.of(TestJvm.COMPILED, "-Dipcq.native=" + futex),
                        Adder.class,
                        directory.toString(),
                        Integer.toString(turns)));
            }
            adders.forEach(TestJvm::awaitSuccess);
            assertThat(page.counter()).isEqualTo(4 * 2 * turns);
        } finally {
            adders.forEach(TestJvm::close);
        }
    }

    @Test
    void shouldStayWholeWhileHoldersAreKilledAtRandom() throws InterruptedException {
        long seed = System.nanoTime();
        System.out.println("seed=" + seed);
        Random random = new Random(seed);
        List<TestJvm> adders = new ArrayList<>();
        try {
            for (int round = 0; round < 12; round++) {
                adders.add(TestJvm.start(
                        List.of(TestJvm.COMPILED),
                        Adder.class,
                        directory.toString(),
                        Integer.toString(Integer.MAX_VALUE)));
                adders.get(round).awaitLine("adding");
                long before = page.counter();
                await().until(() -> page.counter() > before + random.nextInt(50_000));
                if (round % 3 != 0) {
                    adders.get(round - 1).kill();
                    assertThat(adders.get(round - 1).output()).doesNotContain("torn");
                }
            }
            if (page.mutex.lock() == RECOVERED) {
                repair(page);
            }
            long counted = page.counter();
            assertThat(page.region.getLong(SharedPage.GO_OFFSET)).isEqualTo(counted);
            page.mutex.unlock();
            await().until(() -> page.counter() > counted);
        } finally {
            adders.forEach(TestJvm::close);
        }
        assertThat(adders).allSatisfy(adder -> assertThat(adder.output()).doesNotContain("torn"));
    }
}
