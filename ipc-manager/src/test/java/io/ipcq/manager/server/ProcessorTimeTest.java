// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProcessorTimeTest {

    private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ProcessorTime time = new ProcessorTime();

    @BeforeEach
    void load() {
        ProcessorTime.load();
    }

    /** As a request that waits for a disk, or whose thread has no processor. */
    @Test
    void shouldCountLittleOfTheTimeInWhichThreadWaits() throws Exception {
        time.begin();
        long began = System.nanoTime();
        Thread.sleep(TimeUnit.NANOSECONDS.toMillis(LONG_NANOS));
        long end = System.nanoTime();
        assertThat(time.costNanos(began, end))
                .isGreaterThanOrEqualTo((end - began) / ProcessorTime.PART_OF_WAITING)
                .isLessThan((end - began) / 2);
    }

    @Test
    void shouldCountAllOfTheTimeInWhichThreadComputes() {
        time.begin();
        long before = processorNanos();
        long began = System.nanoTime();
        while (processorNanos() - before < LONG_NANOS) {
            Thread.onSpinWait();
        }
        long end = System.nanoTime();
        assertThat(time.costNanos(began, end)).isBetween(LONG_NANOS / 2, end - began);
    }

    @Test
    void shouldCountWhatIsShortAsItIs() {
        time.begin();
        assertThat(time.costNanos(5, 1_005)).isEqualTo(1_000);
    }

    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
