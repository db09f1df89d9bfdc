// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class AnnouncementTest {

    private static final RegionFormat FORMAT = new RegionFormat("test", 0x1234, 1);

    /** More than may wait to be unmapped. */
    private static final int MANY = 1_100;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** What is announced and taken back, in a JVM whose heap is so large that it needs no collection. */
    static final class Announcing {

        public static void main(String[] args) throws Exception {
            for (int i = 0; i < MANY; i++) {
                announceAndTakeBack();
            }
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            while (mapped() == MANY && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200)); // to look takes memory
            }
            System.out.println("given back: " + (mapped() < MANY));
        }

        private static long mapped() throws IOException {
            try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
                return maps.filter(line -> line.contains(Announcement.SUFFIX)).count();
            }
        }

        private static void announceAndTakeBack() throws IOException {
            Announcement announcement = Announcement.make(FORMAT, MappedRegion.HEADER_BYTES, region -> {});
            announcement.close();
            announcement.close();
            assertThat(announcement.region().file()).doesNotExist();
        }
    }

    @Test
    void shouldGiveBackMemoryOfWhatWasTakenBack() {
        List<String> options = List.of("-Xmx600m", "-Xms600m", "-Xmn400m");
        try (TestJvm jvm = TestJvm.start(options, Announcing.class)) {
            assertThat(jvm.awaitLine("given back: ")).endsWith("true");
            jvm.awaitSuccess();
        }
    }
}
