// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FutexTest {

    private static final long FOR_EVER_NANOS = TimeUnit.DAYS.toNanos(1);

    @TempDir
    Path directory;

    private MappedRegion region;

    @BeforeEach
    void create() throws IOException {
        region = MappedRegion.create(directory.resolve("page"), SharedPage.FORMAT, 4096, created -> {});
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 50_000, 120_000, 999_999, 1_000_000, 7_500_000, 50_000_000, Long.MAX_VALUE})
    void shouldSleepForTheTimeGiven(long timeoutNanos) {
        long start = System.nanoTime();
        Futex.await(region, 64, 0, Math.min(timeoutNanos, TimeUnit.MILLISECONDS.toNanos(60)), 0);
        long step = timeoutNanos < 1_000_000 ? 50_000 : 1_000_000;
        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(Math.min(timeoutNanos / step * step, TimeUnit.MILLISECONDS.toNanos(50)));
    }

    @Test
    void shouldNotSleepWhenWordHasChanged() {
        region.putIntVolatile(64, 1);
        for (int i = 0; i < 1000; i++) {
            Futex.await(region, 64, 0, FOR_EVER_NANOS, 0);
        }
        assertThat(region.getInt(64)).isEqualTo(1);
    }

    @Test
    void shouldSleepAndWakeOnTheVeryWord() throws IOException {
        MappedRegion other = MappedRegion.open(region.file(), SharedPage.FORMAT);
        Thread sleeper = new Thread(() -> {
            while (region.getIntVolatile(4092) == -2) {
                Futex.await(region, 4092, -2, FOR_EVER_NANOS, 0);
            }
        });
        region.putIntVolatile(4092, -2);
        sleeper.start();
        await().until(() -> sleeper.getState() != Thread.State.NEW);
        other.putIntVolatile(4092, 3);
        Futex.wake(other, 4092, 1);
        await().until(() -> !sleeper.isAlive());
    }

    @Test
    void shouldFindTheFirstByteWhereverThePositionIs() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(64);
        long address = Kernel.addressOf(buffer);
        assertThat(Kernel.addressOf(buffer.position(40).limit(50))).isEqualTo(address);
    }
}
