// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class HeapSightTest {

    private static final int DAMAGES = 20_000;

    private final long pid = ProcessHandle.current().pid();

    @Test
    void shouldSeeHeapOfJvm() {
        System.gc(); // or some collectors have not counted yet
        HeapSight heap = HeapSight.of(pid);
        assertThat(heap).isNotNull();
        assertThat(heap.usedBytes()).isBetween(1L, Runtime.getRuntime().maxMemory());
    }

    @Test
    void shouldSeeNothingOfWhatIsNoJvm() {
        assertThat(HeapSight.of(Long.MAX_VALUE)).isNull();
        assertThat(HeapSight.parse(ByteBuffer.allocate(0))).isNull();
        assertThat(HeapSight.parse(ByteBuffer.allocate(100))).isNull();
    }

    @Test
    void shouldNotRunAwayWithDamagedFile() throws Exception {
        Path file = Path.of(
                "/tmp", "hsperfdata_" + Files.getOwner(Path.of("/proc/self")).getName(), Long.toString(pid));
        byte[] whole = Files.readAllBytes(file);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < DAMAGES; i++) {
            byte[] damaged = whole.clone();
            for (int times = random.nextInt(4); times >= 0; times--) {
                damaged[random.nextInt(times % 2 == 0 ? 64 : damaged.length)] = (byte) random.nextInt();
            }
            try {
                HeapSight.parse(ByteBuffer.wrap(damaged));
            } catch (IndexOutOfBoundsException refused) {
                assertThat(refused).as("seed=%d", seed).isNotNull();
            }
        }
    }
}
