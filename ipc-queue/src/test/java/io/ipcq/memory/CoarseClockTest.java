// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CoarseClockTest {

    private static Optional<Thread> keeper() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(CoarseClock.THREAD))
                .findAny();
    }

    @BeforeEach
    void awaitIdle() {
        await().until(() -> keeper().isEmpty());
    }

    @Test
    void shouldBeExactWhileItIsSeldomAsked() {
        for (int i = 0; i < 1000; i++) {
            long before = System.currentTimeMillis();
            assertThat(CoarseClock.millis()).isBetween(before, System.currentTimeMillis());
        }
        assertThat(keeper()).as("nobody has asked often").isEmpty();
    }

    @Test
    void shouldKeepTheTimeForThoseWhoAskOften() {
        long before = System.currentTimeMillis();
        int reads = 0;
        while (keeper().isEmpty()) {
            assertThat(reads).isLessThan(CoarseClock.READS);
            CoarseClock.prepare();
            reads++;
        }
        await().until(() -> CoarseClock.millis() < System.currentTimeMillis());
        assertThat(CoarseClock.millis()).isBetween(before, System.currentTimeMillis());
    }

    /** Nothing wakes up in a process in which nobody asks. */
    @Test
    void shouldHaveNoThreadOnceNobodyAsks() throws Exception {
        for (int i = 0; i < CoarseClock.READS; i++) {
            CoarseClock.prepare();
        }
        Thread keeper = keeper().orElseThrow();
        keeper.join();
        assertThat(keeper()).isEmpty();
        long before = System.currentTimeMillis();
        assertThat(CoarseClock.millis()).as("none is kept").isBetween(before, System.currentTimeMillis());
    }

    @Test
    void shouldGoOnWhileSomebodyAsks() throws Exception {
        long first = 0;
        Thread keeper = null;
        for (int seen = 0; seen < 4; ) {
            CoarseClock.prepare();
            long time = CoarseClock.millis();
            if (time - first >= CoarseClock.PERIOD_MILLIS) {
                first = time;
                seen++;
            }
            keeper = keeper == null ? keeper().orElse(null) : keeper;
            TimeUnit.MICROSECONDS.sleep(100);
        }
        assertThat(keeper).isNotNull();
        assertThat(keeper()).as("the same one").contains(keeper);
    }
}
