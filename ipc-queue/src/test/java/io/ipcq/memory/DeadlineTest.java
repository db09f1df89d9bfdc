// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DeadlineTest {

    private static final long SOON = Deadline.in(Duration.ofDays(1));
    private static final long LATER = Deadline.in(Duration.ofDays(2));
    private static final long PASSED = System.nanoTime() - Duration.ofDays(1).toNanos();

    /** The earliest one first. */
    private static final List<Long> IN_ORDER = List.of(Deadline.NOW, PASSED, SOON, LATER, Deadline.NEVER);

    @Test
    void shouldKeepOrder() {
        for (int i = 0; i < IN_ORDER.size(); i++) {
            for (int j = 0; j < IN_ORDER.size(); j++) {
                assertThat(Deadline.earlier(IN_ORDER.get(i), IN_ORDER.get(j))).isEqualTo(IN_ORDER.get(Math.min(i, j)));
            }
        }
    }

    @Test
    void shouldHavePassedOnceNothingRemains() {
        for (long deadline : IN_ORDER) {
            boolean passed = IN_ORDER.indexOf(deadline) < 2;
            assertThat(Deadline.hasPassed(deadline)).isEqualTo(passed);
            assertThat(Deadline.remainingNanos(deadline) <= 0).isEqualTo(passed);
            assertThat(Deadline.remainingNanos(deadline, System.nanoTime()) <= 0)
                    .isEqualTo(passed);
        }
    }

    /** Of a part of a millisecond, too: a wait that rounds it down ends before its time. */
    @Test
    void shouldRoundUpToMillis() {
        for (int i = 0; i < 100_000; i++) {
            long deadline = Deadline.in(2_000_000 + i);
            long millis = Deadline.remainingMillis(deadline);
            long after = Deadline.remainingNanos(deadline);
            assertThat(millis * 1_000_000).as("after=%d", after).isGreaterThanOrEqualTo(after);
        }
        assertThat(Deadline.remainingMillis(Deadline.NEVER)).isGreaterThan(TimeUnit.DAYS.toMillis(365));
        for (long passed : List.of(PASSED, Deadline.NOW)) {
            assertThat(Deadline.remainingMillis(passed)).isNotPositive();
        }
    }

    @Test
    void shouldBound() {
        long hour = Duration.ofHours(1).toNanos();
        for (long deadline : IN_ORDER) {
            boolean isWithin = IN_ORDER.indexOf(deadline) < 2;
            assertThat(Deadline.atMost(deadline, hour) == deadline).isEqualTo(isWithin);
            assertThat(Deadline.atLeast(deadline, hour) == deadline).isEqualTo(!isWithin);
        }
    }

    @Test
    void shouldNeverEndWhatCannotBeCounted() {
        assertThat(Deadline.in(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Deadline.NEVER);
        assertThat(Deadline.in(Long.MAX_VALUE)).isEqualTo(Deadline.NEVER);
        assertThat(Deadline.nanos(Duration.ofSeconds(Long.MIN_VALUE))).isZero();
        assertThat(Deadline.hasPassed(Deadline.in(Duration.ofSeconds(-1)))).isTrue();
    }
}
