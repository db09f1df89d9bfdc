// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WaiterIT extends SharedPageFixture {

    private static final List<String> COMPILED = List.of(TestJvm.COMPILED);

    private static long inSeconds(int seconds) {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }

    /** Answers every number with its negative, asleep in between. */
    static final class Echo {
        public static void main(String[] args) throws Exception {
            try (SharedPage page = SharedPage.open(args[0])) {
                int turns = Integer.parseInt(args[1]);
                Waiter there = page.waiter(WaitStrategy.blocking());
                Waiter back = page.back(WaitStrategy.blocking());
                System.out.println("native " + Futex.isNative());
                for (int i = 1; i <= turns; i++) {
                    long expected = i;
                    if (!there.await(() -> page.counter() == expected, inSeconds(60))) {
                        throw new IllegalStateException("no " + expected);
                    }
                    page.counter(-expected);
                    back.signal();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "off"})
    void shouldGoBackAndForthBetweenProcesses(String futex) throws InterruptedException {
        int turns = futex.equals("on") ? 30_000 : 300;
        try (TestJvm echo = TestJvm.start(
                List.of(TestJvm.COMPILED, "-Dipcq.native=" + futex),
                Echo.class,
                directory.toString(),
                Integer.toString(turns))) {
            String kind = echo.awaitLine("native");
            assertThat(kind).isEqualTo("native " + (futex.equals("on") && isSupported()));
            Waiter there = page.waiter(WaitStrategy.blocking());
            Waiter back = page.back(WaitStrategy.blocking());
            for (int i = 1; i <= turns; i++) {
                long expected = -i;
                page.counter(i);
                there.signal();
                assertThat(back.await(() -> page.counter() == expected, inSeconds(60)))
                        .as("answer %s; %s", i, echo.output())
                        .isTrue();
            }
            echo.awaitSuccess();
        }
    }

    private static boolean isSupported() {
        return System.getProperty("os.name").equals("Linux")
                && List.of("amd64", "aarch64").contains(System.getProperty("os.arch"));
    }

    /** Many threads asleep, all waiting for the same word. */
    static final class Sleepers {
        public static void main(String[] args) throws Exception {
            try (SharedPage page = SharedPage.open(args[0])) {
                int count = Integer.parseInt(args[1]);
                List<Thread> threads = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    Thread thread = new Thread(() -> sleep(page));
                    thread.start();
                    threads.add(thread);
                }
                for (Thread thread : threads) {
                    thread.join();
                }
            }
        }

        private static void sleep(SharedPage page) {
            try {
                Waiter waiter = page.waiter(WaitStrategy.blocking());
                waiter.await(() -> page.region.getLongVolatile(SharedPage.GO_OFFSET) > 0, inSeconds(60));
                page.region.getAndAddLong(SharedPage.COUNTER_OFFSET, 1);
                page.back(WaitStrategy.blocking()).signal();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void shouldWakeAllSleepersOfAllProcesses() throws InterruptedException {
        try (TestJvm first = TestJvm.start(COMPILED, Sleepers.class, directory.toString(), "25");
                TestJvm second = TestJvm.start(COMPILED, Sleepers.class, directory.toString(), "25")) {
            long counter = SharedPage.WAITER_OFFSET + Waiter.COUNTER_OFFSET;
            if (isSupported()) {
                // some of both; who is woken for nothing goes back to sleep, and looks again now and then by itself
                await().until(() -> Futex.wake(page.region, counter, Integer.MAX_VALUE) > 25);
            }
            page.region.putLongRelease(SharedPage.GO_OFFSET, 1);
            page.waiter(WaitStrategy.blocking()).signal();
            boolean all = page.back(WaitStrategy.blocking()).await(() -> page.counter() == 50, inSeconds(60));
            first.awaitSuccess();
            second.awaitSuccess();
            assertThat(all).isTrue();
        }
    }

    /** Takes from a counter until it has met its share. */
    static final class Taker {
        public static void main(String[] args) throws Exception {
            try (SharedPage page = SharedPage.open(args[0])) {
                boolean relays = Boolean.parseBoolean(args[1]);
                Waiter waiter = page.waiter(WaitStrategy.blocking(), relays);
                int taken = 0;
                while (page.region.getLongVolatile(SharedPage.GO_OFFSET) == 0) {
                    if (waiter.await(() -> take(page), System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200))) {
                        taken++;
                        if (relays) {
                            waiter.relay(() -> page.counter() > 0);
                        }
                        page.back(WaitStrategy.blocking()).signal();
                    }
                }
                System.out.println("taken " + taken);
            }
        }

        private static boolean take(SharedPage page) {
            long count = page.counter();
            return count > 0 && page.region.compareAndSetLong(SharedPage.COUNTER_OFFSET, count, count - 1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotLoseWakeUpsAmongCompetingTakers(boolean relays) throws InterruptedException {
        int total = 40_000;
        try (TestJvm first = TestJvm.start(COMPILED, Taker.class, directory.toString(), "" + relays);
                TestJvm second = TestJvm.start(COMPILED, Taker.class, directory.toString(), "" + relays)) {
            Waiter takers = page.waiter(WaitStrategy.blocking(), relays);
            Waiter room = page.back(WaitStrategy.blocking());
            for (int i = 0; i < total; i++) {
                assertThat(room.await(() -> page.counter() < 3, inSeconds(60))).isTrue();
                page.region.getAndAddLong(SharedPage.COUNTER_OFFSET, 1);
                takers.signalFenced(relays ? 1 : Integer.MAX_VALUE);
            }
            assertThat(room.await(() -> page.counter() == 0, inSeconds(60))).isTrue();
            page.region.putLongVolatile(SharedPage.GO_OFFSET, 1);
            int taken = taken(first) + taken(second);
            assertThat(taken).isEqualTo(total);
        }
    }

    private static int taken(TestJvm taker) {
        return Integer.parseInt(taker.awaitLine("taken ").substring("taken ".length()));
    }

    /** Waits with a clean home, working and temporary directory, and shows what became of them. */
    static final class Napper {
        public static void main(String[] args) throws Exception {
            try (SharedPage page = SharedPage.open(args[0])) {
                page.waiter(WaitStrategy.blocking()).await(() -> false, System.nanoTime() + 20_000_000);
                System.out.println("native " + Futex.isNative());
                System.out.println("extract " + System.getProperty("jffi.extract.dir"));
            }
        }
    }

    @Test
    void shouldPollWhereNoLibraryCanBeUnpacked() {
        String nowhere = directory.resolve("nowhere").toString();
        try (TestJvm napper =
                TestJvm.start(List.of("-Djffi.extract.dir=" + nowhere), Napper.class, directory.toString())) {
            boolean needsLibrary = Runtime.version().feature() < 22;
            assertThat(napper.awaitLine("native")).isEqualTo("native " + (isSupported() && !needsLibrary));
            assertThat(napper.awaitLine("extract")).isEqualTo("extract " + nowhere);
            napper.awaitSuccess();
        }
    }

    @Test
    void shouldLeaveUsersPropertiesAlone() {
        try (TestJvm napper = TestJvm.start(Napper.class, directory.toString())) {
            assertThat(napper.awaitLine("native")).isEqualTo("native " + isSupported());
            assertThat(napper.awaitLine("extract")).isEqualTo("extract null");
            napper.awaitSuccess();
        }
    }
}
